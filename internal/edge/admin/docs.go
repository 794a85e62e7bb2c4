package admin

import (
	_ "embed" // the page of the documentation
	"net/http"
)

//go:embed docs.html
var docsPage []byte

//go:embed docs.js
var docsScript []byte

// openAPI serves the document all of this is described by.
func (a *API) openAPI(w http.ResponseWriter, _ *http.Request) {
	b, err := a.Document()
	if err != nil {
		w.WriteHeader(http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/openapi+json")
	w.Write(b) //nolint:errcheck // the reader has gone
}

// docs serves a page that reads the document. Nothing comes from elsewhere.
func (a *API) docs(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Write(docsPage) //nolint:errcheck // the reader has gone
}

func (a *API) docsJS(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/javascript; charset=utf-8")
	w.Write(docsScript) //nolint:errcheck // the reader has gone
}
