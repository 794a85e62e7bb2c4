package carrier

import (
	"bytes"
	"errors"
	"image"
	"image/png"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"
)

func picture(t *testing.T, side int) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, side, side))); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestPicturesComeFromWeComsHostsOnly(t *testing.T) {
	t.Parallel()
	f := Fetcher{Base: func() string { return "http://127.0.0.1:8090" }}
	for address, want := range map[string]bool{
		"https://p.qpic.cn/wwhead/x/0":               true,
		"https://wework.qpic.cn/wwpic/x":             true,
		"https://open.work.weixin.qq.com/wwopen/x":   true,
		"http://127.0.0.1:8090/sandbox/qr/contact/a": true,
		"http://p.qpic.cn/x":                         false,
		"https://qpic.cn.evil.example/x":             false,
		"https://evilqpic.cn/x":                      false,
		"https://p.qpic.cn:8443/x":                   false,
		"https://p.qpic.cn@evil.example/x":           false,
		"http://127.0.0.1:8091/x":                    false,
		"https://127.0.0.1:8090/x":                   false,
		"http://169.254.169.254/latest/meta-data":    false,
		"file:///etc/passwd":                         false,
		"":                                           false,
	} {
		u, err := url.Parse(address)
		if err != nil {
			t.Fatal(err)
		}
		if got := f.allowed(u) == nil; got != want {
			t.Errorf("%s: allowed %v, want %v", address, got, want)
		}
	}
}

func TestOnlySmallPicturesAreKept(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		body []byte
		ok   bool
	}{
		"a QR code":   {picture(t, 300), true},
		"a page":      {[]byte("<html>"), false},
		"nothing":     {nil, false},
		"a dot":       {picture(t, 1), false},
		"a huge side": {picture(t, maxSide+1), false},
		"a huge file": {append(picture(t, 300), make([]byte, maxPicture)...), false},
		"an SVG":      {[]byte(`<svg xmlns="http://www.w3.org/2000/svg"/>`), false},
	} {
		if _, err := check(c.body); (err == nil) != c.ok || err != nil && !errors.Is(err, ErrPicture) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestARedirectOutOfWeComIsRefused(t *testing.T) {
	t.Parallel()
	secret := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		t.Error("the other host was asked")
	}))
	defer secret.Close()
	own := httptest.NewServer(http.RedirectHandler(secret.URL, http.StatusFound))
	defer own.Close()
	f := Fetcher{Base: func() string { return own.URL }}
	if _, err := f.Fetch(t.Context(), own.URL+"/qr.png"); err == nil {
		t.Error("the redirect was followed")
	}
}

func TestOnlyPublicAddressesAreDialled(t *testing.T) {
	t.Parallel()
	for address, ok := range map[string]bool{
		"101.226.1.1:443": true, "[2402:4e00::1]:443": true,
		"127.0.0.1:443": false, "10.0.0.1:443": false, "192.168.1.1:443": false, "169.254.169.254:80": false,
		"100.64.0.1:443": false, "[::1]:443": false, "[::ffff:127.0.0.1]:443": false, "[fd00::1]:443": false, "0.0.0.0:443": false,
	} {
		if err := publicOnly("tcp", address, nil); (err == nil) != ok {
			t.Errorf("%s: %v", address, err)
		}
	}
}
