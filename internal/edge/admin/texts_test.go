package admin

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/tuma-live/tuma/internal/base/i18n"
)

// TestEveryFaultIsWrittenInBothLanguages reads the code for the faults it
// declares: one without a text would show its key to a person.
func TestEveryFaultIsWrittenInBothLanguages(t *testing.T) {
	texts, err := i18n.Load(Texts())
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range texts.Differences() {
		t.Error(d)
	}
	declared := regexp.MustCompile(`fault\.New\(fault\.\w+, "([^"]+)"\)|"((?:field|check)\.[a-z_.]+)"`)
	found := 0
	err = filepath.WalkDir("../..", func(path string, e os.DirEntry, err error) error {
		if err != nil || e.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path,
			"_test.go") || strings.Contains(path, "/sandbox/") {
			return err
		}
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for _, m := range declared.FindAllSubmatch(b, -1) {
			code := string(m[1]) + string(m[2])
			if strings.HasSuffix(code, ".") { // a prefix
				continue
			}
			found++
			for _, lang := range i18n.Languages {
				if !texts.Has(lang, "fault."+code) {
					t.Errorf("%s declares %s, which has no text in %s", path, code, lang)
				}
			}
		}
		return nil
	})
	if err != nil || found < 50 {
		t.Fatal(found, err)
	}
	for _, m := range metrics {
		if !texts.Has("en", "metric."+m.id+".name") || !texts.Has("en",
			"metric."+m.id+".definition") {
			t.Errorf("metric %s has no text", m.id)
		}
	}
}

func TestTheDocumentationIsServedAndNeedsNothingElse(t *testing.T) {
	w := sqliteWorld(t)
	r := w.do(request{method: "GET", path: "/openapi.json"})
	var doc struct {
		OpenAPI string                               `json:"openapi"`
		Paths   map[string]map[string]map[string]any `json:"paths"`
	}
	if err := json.Unmarshal(r.body, &doc); err != nil || doc.OpenAPI != "3.1.0" {
		t.Fatal(doc.OpenAPI, err)
	}
	n := 0
	for path, ops := range doc.Paths {
		for method, o := range ops {
			n++
			if _, ok := o["x-permission"]; !ok {
				t.Errorf("%s %s names no permission", method, path)
			}
		}
	}
	if n != len(w.api.routes()) {
		t.Errorf("%d operations in the document, %d routes", n, len(w.api.routes()))
	}
	for _, b := range [][]byte{docsPage, docsScript} {
		if bytes.Contains(b, []byte("http://")) || bytes.Contains(b,
			[]byte("https://")) || bytes.Contains(b, []byte("onclick")) {
			t.Error("the page of the documentation reaches out")
		}
	}
}
