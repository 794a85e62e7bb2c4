package phone

import (
	"bytes"
	"encoding/json"
	"fmt"
	"html"
	"net/http"
	"regexp"
)

var (
	attribute = regexp.MustCompile(`(?i)(\s(?:href|src|action|formaction|poster|data-[a-z-]+)\s*=\s*["'])` +
		`(/(?:[^/"'][^"']*)?|https?://[^"']+)(["'])`)
	refresh   = regexp.MustCompile(`(?i)(content\s*=\s*["']\s*\d+\s*;\s*url=)(/[^/"'][^"']*|https?://[^"']+)`)
	cssURL    = regexp.MustCompile(`(url\(\s*["']?)(/[^/"')][^"')]*)`)
	headTag   = regexp.MustCompile(`(?i)<head[^>]*>`)
	integrity = regexp.MustCompile(`(?i)\sintegrity\s*=\s*["'][^"']*["']`)
)

// rewriteHTML moves the addresses of a page, and of what its scripts ask for,
// into folder. Relative ones are right already.
func rewriteHTML(page []byte, folder, origin string) []byte {
	move := func(address []byte) []byte {
		if rest, ok := bytes.CutPrefix(address, []byte(origin)); ok && (len(rest) == 0 || rest[0] == '/') {
			return append([]byte(folder), rest...)
		}
		if address[0] == '/' {
			return append([]byte(folder), address...)
		}
		return address
	}
	page = attribute.ReplaceAllFunc(page, func(m []byte) []byte {
		p := attribute.FindSubmatch(m)
		return bytes.Join([][]byte{p[1], move(p[2]), p[3]}, nil)
	})
	page = refresh.ReplaceAllFunc(page, func(m []byte) []byte {
		p := refresh.FindSubmatch(m)
		return append(bytes.Clone(p[1]), move(p[2])...)
	})
	page = rewriteCSS(integrity.ReplaceAll(page, nil), folder)
	return withShim(page, folder, origin)
}

func rewriteCSS(css []byte, folder string) []byte {
	return cssURL.ReplaceAllFunc(css, func(m []byte) []byte {
		p := cssURL.FindSubmatch(m)
		return bytes.Join([][]byte{p[1], []byte(folder), p[2]}, nil)
	})
}

// shim makes fetch, XHR, beacons and event streams stay in the folder.
const shim = `<script>(function(p,o){function f(u){u=String(u);if(u.indexOf(o+"/")===0)u=u.slice(o.length);` +
	`return u[0]==="/"&&u[1]!=="/"&&u.indexOf("/sandbox/")!==0?p+u:u}` +
	`var F=window.fetch;window.fetch=function(u,i){return F.call(this,u instanceof Request?u:f(u),i)};` +
	`var X=XMLHttpRequest.prototype,O=X.open;X.open=function(m,u){arguments[1]=f(u);return O.apply(this,arguments)};` +
	`var B=navigator.sendBeacon;if(B)navigator.sendBeacon=function(u,d){return B.call(navigator,f(u),d)};` +
	`var E=window.EventSource;if(E){window.EventSource=function(u,i){return new E(f(u),i)};window.EventSource.prototype=E.prototype}` +
	`})(%s,%s)</script>`

func withShim(page []byte, folder, origin string) []byte {
	// Strings always encode, and json escapes the < that would end the script.
	p, _ := json.Marshal(folder)
	o, _ := json.Marshal(origin)
	script := fmt.Appendf(nil, shim, p, o)
	at := headTag.FindIndex(page)
	if at == nil {
		return append(script, page...)
	}
	return bytes.Join([][]byte{page[:at[1]], script, page[at[1]:]}, nil)
}

// failed is the page that WeChat shows when it cannot show the page.
func failed(w http.ResponseWriter, status int, title, detail string) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	fmt.Fprintf(w, `<!doctype html><meta charset="utf-8"><meta name="viewport" content="width=device-width">`+
		`<style>body{font:15px/1.6 system-ui,sans-serif;text-align:center;color:#888;padding:96px 32px}`+
		`h1{font-size:18px;font-weight:500;color:#191919}</style><h1>%s</h1><p>%s</p>`,
		html.EscapeString(title), html.EscapeString(detail))
}
