package i18n

import (
	"slices"
	"testing"
	"testing/fstest"
)

func file(s string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(s)} }

func load(t *testing.T, files fstest.MapFS) *Catalogue {
	t.Helper()
	c, err := Load(files)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestTextsAreFilledOnceInTheReadersLanguage(t *testing.T) {
	t.Parallel()
	c := load(t, fstest.MapFS{
		"zh-CN/a.json": file(`{"code": {"left": "还剩 {count} 天", "hi": "{name}，你好"}, "only": "只有中文"}`),
		"en/a.json":    file(`{"code.left_one": "{count} day left", "code.left_other": "{count} days left", "code.hi": "Hi {name} {"}`),
	})
	for _, x := range []struct{ lang, key, name, value, want string }{
		{English, "code.left", "count", "1", "1 day left"},
		{English, "code.left", "count", "2", "2 days left"},
		{Chinese, "code.left", "count", "1", "还剩 1 天"},
		{English, "code.hi", "name", "{name}", "Hi {name} {"},
		{English, "only", "x", "", "只有中文"},
		{English, "none.such", "x", "", "none.such"},
		{"fr", "only", "x", "", "只有中文"},
	} {
		if got := c.Text(x.lang, x.key, map[string]string{x.name: x.value}); got != x.want {
			t.Errorf("%s %s: %q, want %q", x.lang, x.key, got, x.want)
		}
	}
}

func TestAKeyWrittenTwiceIsRefused(t *testing.T) {
	t.Parallel()
	_, err := Load(fstest.MapFS{"zh-CN/a.json": file(`{"x": "1"}`), "zh-CN/b.json": file(`{"x": "2"}`)})
	if err == nil {
		t.Fatal("accepted")
	}
}

func TestDifferencesNameMissingTextsAndPlaceholders(t *testing.T) {
	t.Parallel()
	c := load(t, fstest.MapFS{
		"zh-CN/a.json": file(`{"same": "{n} 个", "gone": "无", "arg": "{a}"}`),
		"en/a.json":    file(`{"same_one": "one", "same_other": "{n} items", "extra": "x", "arg": "{b}"}`),
	})
	want := []string{`en fills "arg" with [{b}], not [{a}]`, `en lacks "gone"`, `zh-CN lacks "extra"`}
	if got := c.Differences(); !slices.Equal(got, want) {
		t.Fatalf("got %q", got)
	}
}

func TestTheReadersLanguageIsFound(t *testing.T) {
	t.Parallel()
	for _, x := range []struct{ accept, agent, want string }{
		{"", "", Chinese},
		{"en-US,en;q=0.9", "", English},
		{"fr,zh-TW;q=0.5,en;q=0.4", "", Chinese},
		{"zh;q=0.1, en;q=0.9", "", English},
		{"en", "MicroMessenger/8.0 Language/zh_CN", Chinese},
		{"zh-CN", "MicroMessenger/8.0 Language/en", English},
		{"zh-CN", "MicroMessenger/8.0 Language/ja", English},
		{"de;q=x,,;;", "", Chinese},
	} {
		if got := Match(x.accept, x.agent); got != x.want {
			t.Errorf("%q, %q: %s", x.accept, x.agent, got)
		}
	}
}
