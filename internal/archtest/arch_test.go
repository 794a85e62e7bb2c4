// Package archtest keeps the house in order: floors, clocks, sizes.
package archtest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/tuma-live/tuma/"

// floors lists every folder of packages, lowest first. A package may import
// lower floors only. Where sub is set, the packages on the floor are themselves
// in that order, and import earlier ones only (ADR 1).
var floors = []struct {
	prefix string
	sub    []string
}{
	{"internal/base", []string{
		"clock", "fault", "ident", "db", "seal", "cache", "i18n", "qr", "geo", "ua", "job", "web",
	}},
	{"internal/schema", nil},
	{"internal/wecom", []string{"callback", "", "sandbox"}},
	{"internal/core", []string{
		"fact", "inbox", "audit", "access", "corp", "seat",
		"mirror", "asset", "channel", "staff", "tag", "pool", "group",
		"contact", "identity", "livecode", "carrier", "arrival",
		"route", "scan", "welcome", "insight",
	}},
	{"internal/edge", []string{"scan", "hook", "admin", "ui"}},
	{"web", nil},
	{"internal/app", nil},
	{"internal/apptest", nil},
	{"internal/check", nil},
	{"internal/archtest", nil},
	{"cmd", nil},
}

type pkg struct {
	ImportPath string
	Imports    []string
}

func packages(t *testing.T) []pkg {
	t.Helper()
	out, err := exec.Command("go", "list", "-json=ImportPath,Imports", module+"...").Output()
	if err != nil {
		t.Fatal(err)
	}
	var ps []pkg
	for d := json.NewDecoder(bytes.NewReader(out)); d.More(); {
		var p pkg
		if err := d.Decode(&p); err != nil {
			t.Fatal(err)
		}
		ps = append(ps, p)
	}
	return ps
}

// height returns the floor of a package and its place on it, or -1.
func height(path string) (floor, place int) {
	path = strings.TrimPrefix(path, module)
	for i, f := range floors {
		rest, ok := strings.CutPrefix(path, f.prefix)
		if !ok || rest != "" && rest[0] != '/' {
			continue
		}
		if f.sub == nil {
			return i, 0
		}
		name, _, _ := strings.Cut(strings.TrimPrefix(rest, "/"), "/")
		return i, slices.Index(f.sub, name)
	}
	return -1, -1
}

func TestImportsGoDownTheFloorsOnly(t *testing.T) {
	t.Parallel()
	for _, p := range packages(t) {
		floor, place := height(p.ImportPath)
		if floor < 0 || place < 0 {
			t.Errorf("%s is on no floor: add it to the list, where it belongs", p.ImportPath)
			continue
		}
		for _, dep := range p.Imports {
			if !strings.HasPrefix(dep, module) {
				continue
			}
			f, at := height(dep)
			same := strings.HasPrefix(dep, p.ImportPath+"/") || strings.HasPrefix(p.ImportPath, dep+"/") && floors[floor].sub == nil
			if f > floor || f == floor && at >= place && !same {
				t.Errorf("%s imports %s, which is not below it", p.ImportPath, dep)
			}
		}
	}
}

// sources parses every Go file that is ours.
func sources(t *testing.T, visit func(path string, fset *token.FileSet, f *ast.File)) {
	t.Helper()
	fset := token.NewFileSet()
	for _, root := range []string{"../../internal", "../../cmd"} {
		err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") {
				return err
			}
			f, err := parser.ParseFile(fset, path, nil, parser.ParseComments)
			if err != nil {
				return err
			}
			visit(strings.TrimPrefix(path, "../../"), fset, f)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

// asksTheSystem lists who may read the machine's clock besides base/clock.
var asksTheSystem = map[string]string{
	"internal/base/clock/":        "it is the clock",
	"internal/base/db/":           "waits between tries of a transaction: no decision depends on it",
	"internal/check/":             "measures the product from outside",
	"internal/apptest/":           "waits for a real server",
	"internal/schema/schematest/": "test support",
	"cmd/":                        "main",
}

func TestOnlyTheClockAsksForTheTime(t *testing.T) {
	t.Parallel()
	asks := []string{"Now", "Sleep", "After", "NewTimer", "NewTicker", "Tick", "Since", "Until", "AfterFunc"}
	sources(t, func(path string, fset *token.FileSet, f *ast.File) {
		if strings.HasSuffix(path, "_test.go") {
			return
		}
		for prefix := range asksTheSystem {
			if strings.HasPrefix(path, prefix) {
				return
			}
		}
		ast.Inspect(f, func(n ast.Node) bool {
			s, ok := n.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			x, ok := s.X.(*ast.Ident)
			if ok && x.Name == "time" && x.Obj == nil && slices.Contains(asks, s.Sel.Name) {
				t.Errorf("%s asks the system for the time: time.%s", fset.Position(s.Pos()), s.Sel.Name)
			}
			return true
		})
	})
}

// longFunctions may pass 80 lines, each for a reason.
var longFunctions = map[string]string{}

func TestNoFunctionIsLongerThanAScreen(t *testing.T) {
	t.Parallel()
	const most = 80
	sources(t, func(path string, fset *token.FileSet, f *ast.File) {
		if strings.HasSuffix(path, "_test.go") { // tables of cases are long, and flat
			return
		}
		for _, d := range f.Decls {
			fn, ok := d.(*ast.FuncDecl)
			if !ok {
				continue
			}
			lines := fset.Position(fn.End()).Line - fset.Position(fn.Pos()).Line + 1
			name := fmt.Sprintf("%s:%s", path, fn.Name.Name)
			if lines > most && longFunctions[name] == "" {
				t.Errorf("%s has %d lines, at most %d: split it, or state the reason in longFunctions", name, lines, most)
			}
		}
	})
}
