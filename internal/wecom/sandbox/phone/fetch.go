package phone

import (
	"context"
	"fmt"
	"html"
	"io"
	"net/http"
	"net/url"
	"regexp"
)

// Fetch gets a picture as person: one of a proxied page, of the product, or of
// the sandbox itself, which is at self.
func (b *Browser) Fetch(ctx context.Context, person, src, self string) ([]byte, error) {
	base, err := url.Parse(self)
	if err != nil {
		return nil, fmt.Errorf("cannot read %q: %w", self, err)
	}
	u, err := base.Parse(src)
	if err != nil {
		return nil, fmt.Errorf("cannot read %q: %w", src, err)
	}
	if u.Host != base.Host && !b.Allowed(u) {
		return nil, ErrNotAllowed
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return nil, fmt.Errorf("cannot ask for %q: %w", src, err)
	}
	req.Header.Set("User-Agent", userAgent)
	res, err := b.client(person).Do(req)
	if err != nil {
		return nil, fmt.Errorf("cannot fetch the picture: %w", err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("cannot fetch the picture: status %d", res.StatusCode)
	}
	return io.ReadAll(io.LimitReader(res.Body, maxPage))
}

// Page is what a person got when they opened an address.
type Page struct {
	Status int
	HTML   string
	Images []string // addresses of its pictures, to be given to Fetch
}

var picture = regexp.MustCompile(`(?i)<img[^>]*\ssrc\s*=\s*["']([^"']+)["']`)

// Open opens page as person, redirects and all, through the sandbox at self.
func (b *Browser) Open(ctx context.Context, person, page, self string) (Page, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, self+BrowsePath(person, page), nil)
	if err != nil {
		return Page{}, fmt.Errorf("cannot ask for %q: %w", page, err)
	}
	res, err := (&http.Client{Transport: b.transport}).Do(req)
	if err != nil {
		return Page{}, fmt.Errorf("cannot open the page: %w", err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(io.LimitReader(res.Body, maxPage))
	if err != nil {
		return Page{}, fmt.Errorf("cannot read the page: %w", err)
	}
	out := Page{Status: res.StatusCode, HTML: string(body)}
	for _, m := range picture.FindAllStringSubmatch(out.HTML, -1) {
		src := html.UnescapeString(m[1])
		if u, err := res.Request.URL.Parse(src); err == nil {
			src = u.String()
		}
		out.Images = append(out.Images, src)
	}
	return out, nil
}
