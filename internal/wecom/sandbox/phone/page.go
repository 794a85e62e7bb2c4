// Package phone is a WeChat to hold in a browser: the phone page of the
// sandbox, and the browser inside it that opens the product's pages with
// cookies of its own for every person.
package phone

import (
	"embed"
	"io/fs"
	"net/http"
)

// Path is where the phone page lives.
const Path = "/sandbox/phone"

//go:embed static
var static embed.FS

// Mount adds the phone page and the browser to mux. has says whether a person
// exists.
func (b *Browser) Mount(mux *http.ServeMux, has func(person string) bool) {
	files, err := fs.Sub(static, "static")
	if err != nil {
		panic(err) // the folder is in the binary
	}
	serve := http.FileServerFS(files)
	mux.HandleFunc("GET "+Path, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "no-cache")
		http.ServeFileFS(w, r, files, "phone.html")
	})
	mux.Handle("GET "+Path+"/", http.StripPrefix(Path+"/", serve))
	b.has = has
	mux.HandleFunc("GET "+browsePrefix+"{person}", b.browse)
	mux.HandleFunc(proxyPrefix+"{person}/{scheme}/{host}/{path...}", b.proxy)
}
