// Package web puts the admin UI into the program.
package web

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strconv"
	"strings"
)

//go:embed all:dist
var files embed.FS

// index is the one page of the UI; the browser does the rest.
const index = "index.html"

// notBuilt is shown by a program that was built without its UI.
const notBuilt = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Tuma 途码</title>
<h1>UI not built: run <code>make build</code></h1>
<p>界面尚未构建:请运行 <code>make build</code>,再启动一次。</p></html>
`

// Handler serves the admin UI. A path that is no file is a place inside the UI and
// gets its page. Files with a hash in their name may be kept forever.
func Handler() http.Handler {
	dist, err := fs.Sub(files, "dist")
	if err != nil {
		panic(err) // the folder is part of the program
	}
	return ui(dist)
}

type file struct {
	body   []byte
	zipped []byte // nil where that would not be smaller
	mime   string
	tag    string
	keep   string
}

func ui(dist fs.FS) http.Handler {
	all := map[string]file{}
	_ = fs.WalkDir(dist, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || strings.HasPrefix(d.Name(), ".") {
			return err
		}
		b, err := fs.ReadFile(dist, name)
		if err == nil {
			all[name] = newFile(name, b)
		}
		return err
	})
	page, built := all[index]
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			w.Header().Set("Allow", "GET, HEAD")
			http.Error(w, http.StatusText(http.StatusMethodNotAllowed), http.StatusMethodNotAllowed)
			return
		}
		name := strings.TrimPrefix(path.Clean(r.URL.Path), "/")
		f, ok := all[name]
		switch {
		case ok && name != index:
			f.serve(w, r)
		case strings.HasPrefix(name, "assets/"): // of an older version, and gone
			http.NotFound(w, r)
		case !built:
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			w.WriteHeader(http.StatusServiceUnavailable)
			w.Write([]byte(notBuilt)) //nolint:errcheck // the reader has gone
		default:
			page.serve(w, r)
		}
	})
}

// newFile decides how long a browser may keep a file: Vite puts a hash into the
// name of everything under assets, so its content never changes.
func newFile(name string, b []byte) file {
	sum := sha256.Sum256(b)
	f := file{
		body: b, zipped: zip(b), mime: mime.TypeByExtension(path.Ext(name)), keep: "no-cache",
		tag: `"` + hex.EncodeToString(sum[:8]) + `"`,
	}
	if f.mime == "" {
		f.mime = "application/octet-stream"
	}
	if strings.HasPrefix(name, "assets/") {
		f.keep = "public, max-age=31536000, immutable"
	}
	return f
}

// zip compresses b once, when the program starts; nil when it gains nothing.
func zip(b []byte) []byte {
	var out bytes.Buffer
	z := gzip.NewWriter(&out)
	z.Write(b) //nolint:errcheck // into memory
	z.Close()  //nolint:errcheck // into memory
	if out.Len() > len(b)*9/10 {
		return nil
	}
	return out.Bytes()
}

func acceptsGzip(r *http.Request) bool {
	for part := range strings.SplitSeq(r.Header.Get("Accept-Encoding"), ",") {
		name, params, _ := strings.Cut(part, ";")
		if strings.TrimSpace(name) == "gzip" {
			return strings.ReplaceAll(params, " ", "") != "q=0"
		}
	}
	return false
}

func (f file) serve(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Cache-Control", f.keep)
	h.Set("ETag", f.tag)
	if r.Header.Get("If-None-Match") == f.tag {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	h.Set("Content-Type", f.mime)
	h.Set("Vary", "Accept-Encoding")
	body := f.body
	if f.zipped != nil && acceptsGzip(r) {
		h.Set("Content-Encoding", "gzip")
		body = f.zipped
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	if r.Method == http.MethodHead {
		return
	}
	w.Write(body) //nolint:errcheck // the reader has gone
}
