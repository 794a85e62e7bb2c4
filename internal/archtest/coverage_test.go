package archtest

import (
	"fmt"
	"go/ast"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// requirements says how many requirements each area has; they are numbered
// from 1. docs/coverage.md answers for each.
var requirements = []struct {
	area string
	n    int
}{
	{"LC", 10}, {"RT", 13}, {"GP", 6}, {"VL", 9}, {"LP", 5}, {"WX", 7}, {"CH", 7}, {"AN", 11},
	{"AL", 2}, {"RK", 6}, {"AC", 8}, {"WT", 4}, {"MB", 7}, {"MA", 5}, {"IN", 4}, {"PF", 3},
}

const docs = "../../docs"

// claim is a line of docs/coverage.md.
type claim struct {
	id, status string
	tests      []string
}

var (
	claimID = regexp.MustCompile(`^[A-Z]{2}-[0-9]+$`)
	quoted  = regexp.MustCompile("`([^`]+)`")
)

func claims(t *testing.T) (all []claim) {
	t.Helper()
	text, err := os.ReadFile(docs + "/coverage.md")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		cells := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), "|")
		id := strings.TrimSpace(cells[0])
		if !claimID.MatchString(id) {
			continue
		}
		if len(cells) != 6 {
			t.Fatalf("%s has %d columns, want 6", id, len(cells))
		}
		c := claim{id: id, status: strings.TrimSpace(cells[2])}
		for _, m := range quoted.FindAllStringSubmatch(cells[5], -1) {
			c.tests = append(c.tests, m[1])
		}
		all = append(all, c)
	}
	return all
}

func TestCoverageIsTrue(t *testing.T) {
	t.Parallel()
	counts := map[string]int{}
	tests := goTests(t)
	e2e, web := titles(t, "../../e2e/tests"), titles(t, "../../web/src")
	for _, c := range claims(t) {
		counts[c.id]++
		switch {
		case !slices.Contains([]string{"done", "partly", "not yet"}, c.status):
			t.Errorf("%s is %q, which is no status", c.id, c.status)
		case (c.status == "not yet") != (len(c.tests) == 0):
			t.Errorf("%s is %s and names %d tests", c.id, c.status, len(c.tests))
		}
		for _, name := range c.tests {
			if !exists(name, tests, e2e, web) {
				t.Errorf("%s names %s, which does not exist", c.id, name)
			}
		}
	}
	for _, r := range requirements {
		for i := 1; i <= r.n; i++ {
			id := fmt.Sprintf("%s-%d", r.area, i)
			if counts[id] != 1 {
				t.Errorf("%s is listed %d times", id, counts[id])
			}
			delete(counts, id)
		}
	}
	for id := range counts {
		t.Errorf("%s is no requirement", id)
	}
}

// exists finds a Go test by its package below internal and its name, and a
// browser's or the UI's by a part of its title.
func exists(name string, tests map[string]bool, e2e, web string) bool {
	if title, ok := strings.CutPrefix(name, "e2e: "); ok {
		return strings.Contains(e2e, title)
	}
	if title, ok := strings.CutPrefix(name, "web: "); ok {
		return strings.Contains(web, title)
	}
	return tests[name]
}

// goTests lists every test as "core/scan.TestName".
func goTests(t *testing.T) map[string]bool {
	t.Helper()
	all := map[string]bool{}
	sources(t, func(path string, _ *token.FileSet, f *ast.File) {
		if !strings.HasSuffix(path, "_test.go") {
			return
		}
		dir := strings.TrimPrefix(filepath.ToSlash(filepath.Dir(path)), "internal/")
		for _, d := range f.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok && fn.Recv == nil {
				all[dir+"."+fn.Name.Name] = true
			}
		}
	})
	return all
}

var title = regexp.MustCompile("\\b(?:test|it)\\(\\s*(\"[^\"]+\"|`[^`]+`)")

// titles returns the titles of all TypeScript tests below root, one a line.
func titles(t *testing.T, root string) string {
	t.Helper()
	var b strings.Builder
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		test := strings.HasSuffix(path, ".spec.ts") || strings.HasSuffix(path, ".test.ts") || strings.HasSuffix(path, ".test.tsx")
		if err != nil || d.IsDir() || !test {
			return err
		}
		text, err := os.ReadFile(path)
		for _, m := range title.FindAllStringSubmatch(string(text), -1) {
			b.WriteString(m[1] + "\n")
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return b.String()
}

var link = regexp.MustCompile(`\]\(([^)#\s]*)(#[^)\s]*)?\)`)

func TestEveryLinkInTheDocumentationLeadsSomewhere(t *testing.T) {
	t.Parallel()
	pages, err := filepath.Glob("../../*.md")
	if err != nil {
		t.Fatal(err)
	}
	err = filepath.WalkDir(docs, func(path string, _ fs.DirEntry, err error) error {
		if strings.HasSuffix(path, ".md") {
			pages = append(pages, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, page := range pages {
		text := read(t, page)
		for _, m := range link.FindAllStringSubmatch(text, -1) {
			if strings.Contains(m[1], ":") {
				continue // elsewhere
			}
			to := page
			if m[1] != "" {
				to = filepath.Join(filepath.Dir(page), m[1])
			}
			if _, err := os.Stat(to); err != nil {
				t.Errorf("%s links to %s, which is not there", page, m[1])
				continue
			}
			if m[2] != "" && !slices.Contains(anchors(read(t, to)), m[2][1:]) {
				t.Errorf("%s links to %s%s, and there is no such heading", page, m[1], m[2])
			}
		}
	}
}

func read(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// anchors lists the anchors that GitHub makes of headings.
func anchors(text string) (all []string) {
	drop := regexp.MustCompile(`[^\p{L}\p{N}\- ]`)
	for line := range strings.Lines(text) {
		if head := strings.TrimLeft(line, "#"); head != line {
			plain := drop.ReplaceAllString(strings.ToLower(strings.TrimSpace(head)), "")
			all = append(all, strings.ReplaceAll(plain, " ", "-"))
		}
	}
	return all
}

// TestReferencesAreWhole keeps the lists of the reference with the program.
func TestReferencesAreWhole(t *testing.T) {
	t.Parallel()
	facts, errs := read(t, docs+"/reference/facts.md"), read(t, docs+"/reference/errors.md")
	sources(t, func(path string, fset *token.FileSet, f *ast.File) {
		if strings.HasSuffix(path, "_test.go") {
			return
		}
		ast.Inspect(f, func(n ast.Node) bool {
			switch x := n.(type) {
			case *ast.CallExpr:
				if code, ok := declared(x); ok && !strings.Contains(errs, "| `"+code+"` |") {
					t.Errorf("%s: fault %s is not in docs/reference/errors.md", fset.Position(x.Pos()), code)
				}
			case *ast.ValueSpec:
				if path != "internal/core/fact/fact.go" || len(x.Values) != 1 {
					return true
				}
				if v, ok := x.Values[0].(*ast.BasicLit); ok && v.Kind == token.STRING {
					if kind := strings.Trim(v.Value, `"`); strings.Contains(kind, ".") && !strings.Contains(facts, "| `"+kind+"` |") {
						t.Errorf("fact %s is not in docs/reference/facts.md", kind)
					}
				}
			}
			return true
		})
	})
}

// declared returns the code of a fault.New(kind, "code").
func declared(x *ast.CallExpr) (code string, ok bool) {
	s, isSelector := x.Fun.(*ast.SelectorExpr)
	if !isSelector || s.Sel.Name != "New" || len(x.Args) != 2 {
		return "", false
	}
	if p, isName := s.X.(*ast.Ident); !isName || p.Name != "fault" {
		return "", false
	}
	v, isText := x.Args[1].(*ast.BasicLit)
	if !isText {
		return "", false
	}
	return strings.Trim(v.Value, `"`), true
}

// TestOptionsAndMetricsAreInTheReference reads them where they are declared.
func TestOptionsAndMetricsAreInTheReference(t *testing.T) {
	t.Parallel()
	for _, x := range []struct{ source, page, declared, written string }{
		{"config.go", "configuration.md", `env:"(TUMA_[A-Z_]+)"`, "`%s`"},
		{"metrics.go", "http.md", `Name: "(tuma_[a-z_]+)"`, "`%s`"},
		{"server.go", "http.md", `gauge\("(tuma_[a-z_]+)"`, "`%s`"},
		{"doors.go", "http.md", `"([a-z]+)": +func\(c \*scan\.Counts\)`, "`tuma_scan_%s_total`"},
	} {
		found := regexp.MustCompile(x.declared).FindAllStringSubmatch(read(t, "../app/"+x.source), -1)
		if len(found) == 0 {
			t.Errorf("app/%s declares nothing like %s any more: look where it went", x.source, x.declared)
		}
		page := read(t, docs+"/reference/"+x.page)
		for _, m := range found {
			if want := fmt.Sprintf(x.written, m[1]); !strings.Contains(page, want) {
				t.Errorf("%s is not in docs/reference/%s", want, x.page)
			}
		}
	}
}
