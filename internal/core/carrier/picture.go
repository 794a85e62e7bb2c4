package carrier

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	_ "image/jpeg" // WeCom's pictures are JPEG or PNG
	_ "image/png"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"syscall"
	"time"
)

// The bounds of a QR picture.
const (
	maxPicture = 2 << 20
	maxSide    = 4096
	minSide    = 40
)

// Picture is a QR code as WeCom draws it.
type Picture struct {
	Mime string
	Body []byte
}

// Fetcher downloads QR pictures. The addresses come from WeCom, and are not
// believed: only WeCom's own hosts, https, public addresses, small images.
type Fetcher struct {
	// Base is the configured address of the API, whose host is allowed as it is:
	// the sandbox serves its own pictures, over http and on loopback.
	Base func() string
	// HTTP replaces the guarded client in tests; its guard is gone then.
	HTTP *http.Client
}

// pictureHosts end the names of WeCom's picture servers.
var pictureHosts = []string{".qpic.cn", ".weixin.qq.com"}

// Fetch downloads the picture at address.
func (f Fetcher) Fetch(ctx context.Context, address string) (Picture, error) {
	u, err := url.Parse(address)
	if err != nil {
		return Picture{}, ErrPicture.Because(err)
	}
	if err := f.allowed(u); err != nil {
		return Picture{}, ErrPicture.Because(err)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return Picture{}, ErrPicture.Because(err)
	}
	res, err := f.client().Do(req)
	if err != nil {
		return Picture{}, fmt.Errorf("cannot download a QR picture: %w", bare(err))
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return Picture{}, fmt.Errorf("cannot download a QR picture: status %d", res.StatusCode)
	}
	body, err := io.ReadAll(io.LimitReader(res.Body, maxPicture+1))
	if err != nil {
		return Picture{}, fmt.Errorf("cannot download a QR picture: %w", err)
	}
	return check(body)
}

// check believes the bytes, not the header that came with them.
func check(body []byte) (Picture, error) {
	if len(body) > maxPicture {
		return Picture{}, ErrPicture.Because(errors.New("the picture is too large"))
	}
	c, format, err := image.DecodeConfig(bytes.NewReader(body))
	if err != nil {
		return Picture{}, ErrPicture.Because(fmt.Errorf("not a picture: %w", err))
	}
	if c.Width < minSide || c.Height < minSide || c.Width > maxSide || c.Height > maxSide {
		return Picture{}, ErrPicture.Because(fmt.Errorf("a picture of %d by %d", c.Width, c.Height))
	}
	return Picture{"image/" + format, body}, nil
}

// allowed says whether a picture may come from u.
func (f Fetcher) allowed(u *url.URL) error {
	if f.own(u) {
		return nil
	}
	host := strings.ToLower(u.Hostname())
	for _, end := range pictureHosts {
		if strings.HasSuffix(host, end) && u.Scheme == "https" && (u.Port() == "" || u.Port() == "443") {
			return nil
		}
	}
	return fmt.Errorf("host %.60q is not one of WeCom's", host)
}

// own says whether u is on the configured API host itself.
func (f Fetcher) own(u *url.URL) bool {
	if f.Base == nil {
		return false
	}
	b, err := url.Parse(f.Base())
	return err == nil && b.Host != "" && b.Host == u.Host && b.Scheme == u.Scheme
}

// client follows three redirects to allowed hosts, and connects to public
// addresses only, whatever a name resolves to; the configured host is exempt.
func (f Fetcher) client() *http.Client {
	if f.HTTP != nil {
		return f.HTTP
	}
	dial := func(ctx context.Context, network, address string) (net.Conn, error) {
		d := net.Dialer{Timeout: 5 * time.Second, Control: publicOnly}
		if b, err := url.Parse(f.base()); err == nil && hostPort(b) == address {
			d.Control = nil
		}
		return d.DialContext(ctx, network, address)
	}
	return &http.Client{
		Timeout:   15 * time.Second,
		Transport: &http.Transport{DialContext: dial, DisableKeepAlives: true},
		CheckRedirect: func(r *http.Request, via []*http.Request) error {
			if len(via) > 3 {
				return errors.New("too many redirects")
			}
			return f.allowed(r.URL)
		},
	}
}

func (f Fetcher) base() string {
	if f.Base == nil {
		return ""
	}
	return f.Base()
}

func hostPort(u *url.URL) string {
	if u.Port() != "" {
		return u.Host
	}
	if u.Scheme == "http" {
		return net.JoinHostPort(u.Hostname(), "80")
	}
	return net.JoinHostPort(u.Hostname(), "443")
}

func publicOnly(_, address string, _ syscall.RawConn) error {
	ap, err := netip.ParseAddrPort(address)
	if err != nil {
		return err
	}
	ip := ap.Addr().Unmap()
	if !ip.IsGlobalUnicast() || ip.IsPrivate() || carrierNAT.Contains(ip) {
		return errors.New("the address is not public")
	}
	return nil
}

// carrierNAT is shared address space, which IsPrivate does not count.
var carrierNAT = netip.MustParsePrefix("100.64.0.0/10")

// bare takes the address out of a client's error: it may hold a token.
func bare(err error) error {
	var ue *url.Error
	if errors.As(err, &ue) {
		return ue.Err
	}
	return err
}
