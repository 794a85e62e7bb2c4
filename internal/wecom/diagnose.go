package wecom

import "context"

type ipList struct {
	IPList []string `json:"ip_list"`
}

func (l *ipList) missing() string { return require("ip_list", len(l.IPList) > 0) }

// GetCallbackIP reads the addresses callbacks come from. Entries may hold a *
// for a part, or be networks; they change, so read them daily.
func (c *Client) GetCallbackIP(ctx context.Context) ([]string, error) {
	var out ipList
	err := c.get(ctx, "getcallbackip", nil, &out)
	return out.IPList, err
}

// GetAPIDomainIP reads the addresses of the API, for firewalls.
func (c *Client) GetAPIDomainIP(ctx context.Context) ([]string, error) {
	var out ipList
	err := c.get(ctx, "get_api_domain_ip", nil, &out)
	return out.IPList, err
}
