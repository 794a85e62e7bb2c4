package contact

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

func TestNamesAreCleanedForEveryScreen(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ in, want string }{
		"a plain name stays":                    {"陈小满", "陈小满"},
		"an emoji name stays":                   {"☀️小太阳🌻", "☀️小太阳🌻"},
		"a family stays one":                    {"👨‍👩‍👧‍👦一家", "👨‍👩‍👧‍👦一家"},
		"a skin tone stays":                     {"👍🏽好", "👍🏽好"},
		"a flag stays":                          {"🇨🇳🇨🇳", "🇨🇳🇨🇳"},
		"a keycap stays":                        {"1️⃣号", "1️⃣号"},
		"accents stay":                          {"Zoe\u0301 Nguyễn", "Zoe\u0301 Nguyễn"},
		"a turned direction is undone":          {"\u202egnp.exe\u202c", "gnp.exe"},
		"isolates go":                           {"a\u2066b\u2069c\u200e\u200f\u061c", "abc"},
		"zero widths go":                        {"管\u200b理\u2060员\ufeff", "管理员"},
		"a joiner between letters goes":         {"a\u200db", "ab"},
		"a joiner at the end goes":              {"👨\u200d", "👨"},
		"controls go":                           {"a\x00b\x1b[31mc\x7f", "ab[31mc"},
		"lines become one":                      {"a\r\n\tb\u2028c", "a b c"},
		"blank letters are blank":               {"\u3164\u115f\u2800", ""},
		"only blanks is empty":                  {" \u3000 \t", ""},
		"wrong bytes go":                        {"a\xff\xfeb", "ab"},
		"private use goes":                      {"a\ue000b\U000f0000", "ab"},
		"tags go":                               {"a\U000e0041\U000e007fb", "ab"},
		"markup is only text":                   {`<img src=x onerror=alert(1)>`, `<img src=x onerror=alert(1)>`},
		"a formula is only text":                {"=cmd|' /C calc'!A0", "=cmd|' /C calc'!A0"},
		"marks do not pile up":                  {"a" + strings.Repeat("\u0301", 50), "a\u0301\u0301\u0301"},
		"a mark alone goes":                     {"\u0301a", "a"},
		"variation selectors of text go":        {"葛\ufe00\U000e0100", "葛"},
		"soft hyphens go":                       {"a\u00adb", "ab"},
		"64 characters stay":                    {strings.Repeat("好", 64), strings.Repeat("好", 64)},
		"the 65th goes":                         {strings.Repeat("好", 65), strings.Repeat("好", 64)},
		"64 families stay":                      {strings.Repeat("👨‍👩‍👧", 64), strings.Repeat("👨‍👩‍👧", 64)},
		"the marks of the 64th stay":            {strings.Repeat("e", 63) + "e\u0301x", strings.Repeat("e", 63) + "e\u0301"},
		"half a flag counts as a character too": {"🇨", "🇨"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := CleanName(c.in); got != c.want {
				t.Errorf("CleanName(%q) = %q, want %q", c.in, got, c.want)
			}
		})
	}
}

func FuzzNames(f *testing.F) {
	for _, s := range []string{"陈小满", "\u202ea", "👨‍👩‍👧", "a\xff", "🇨🇳", strings.Repeat("\u0301", 9)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := CleanName(s)
		if !utf8.ValidString(got) {
			t.Fatalf("%q is not valid", got)
		}
		if CleanName(got) != got {
			t.Fatalf("%q becomes %q when cleaned again", got, CleanName(got))
		}
		for _, r := range got {
			if unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) || r == '\u200b' {
				t.Fatalf("%q still has %U", got, r)
			}
		}
	})
}
