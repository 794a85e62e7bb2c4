package scan

import (
	"net/http"
	"testing"
)

func TestAPrintedCodeShowsTheQROfItsTarget(t *testing.T) {
	w := newWorld(t)
	if a := w.open("GET", "/q/"+w.slug); a.Code != http.StatusOK {
		t.Fatalf("%d %s", a.Code, a.Body)
	}
}
