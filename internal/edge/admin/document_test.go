package admin

import (
	"bytes"
	"flag"
	"os"
	"testing"
)

var update = flag.Bool("update", false, "write the kept copy of the OpenAPI document")

const keptCopy = "../../../api/openapi.json"

func TestTheKeptOpenAPIDocumentIsCurrent(t *testing.T) {
	have, err := New(Deps{}).Document()
	if err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile(keptCopy, have, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(keptCopy)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(have, want) {
		t.Fatal("api/openapi.json is old: go generate ./internal/edge/admin")
	}
}
