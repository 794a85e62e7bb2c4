package livecode

import (
	"crypto/hmac"
	"crypto/sha256"
	"testing"
)

func keysForTest(names ...string) [][]byte {
	var ks [][]byte
	for _, n := range names {
		h := sha256.Sum256([]byte(n))
		ks = append(ks, h[:])
	}
	return ks
}

func TestASlugIsKnownByItsSignerOnly(t *testing.T) {
	t.Parallel()
	s := NewSigner(keysForTest("a"))
	other := NewSigner(keysForTest("b"))
	seen := map[string]bool{}
	for range 2000 {
		slug := s.New()
		if len(slug) != SlugLen || seen[slug] {
			t.Fatalf("bad or repeated slug %q", slug)
		}
		seen[slug] = true
		if !s.Check(slug) {
			t.Fatalf("%q is not known", slug)
		}
		if other.Check(slug) {
			t.Fatalf("%q is known to another key", slug)
		}
	}
}

func TestSlugsOutliveAKeyRotation(t *testing.T) {
	t.Parallel()
	old := NewSigner(keysForTest("old"))
	printed := old.New()
	now := NewSigner(keysForTest("new", "old"))
	if !now.Check(printed) {
		t.Fatal("a printed slug died with its key")
	}
	if old.Check(now.New()) {
		t.Fatal("a new slug is signed with the old key")
	}
}

func TestEveryChangedCharacterBreaksASlug(t *testing.T) {
	t.Parallel()
	s := NewSigner(keysForTest("a"))
	slug := s.New()
	for i := range slug {
		for _, c := range []byte(alphabet + "ilouIOA-_ ") {
			if c == slug[i] {
				continue
			}
			forged := slug[:i] + string(c) + slug[i+1:]
			if s.Check(forged) {
				t.Fatalf("%q passes for %q", forged, slug)
			}
		}
	}
	for _, bad := range []string{"", slug[1:], slug + "0", slug + "\x00"} {
		if s.Check(bad) {
			t.Fatalf("%q passes", bad)
		}
	}
}

func TestTheMACIsHMACSHA256(t *testing.T) {
	t.Parallel()
	key := keysForTest("a")[0]
	body := [slugBody]byte{1, 2, 3, 4, 5, 6}
	h := hmac.New(sha256.New, key)
	h.Write(body[:])
	if got := NewSigner([][]byte{key}).keys[0].sum(&body); string(got[:]) != string(h.Sum(nil)[:slugMAC]) {
		t.Fatalf("%x, want %x", got, h.Sum(nil)[:slugMAC])
	}
}

func TestCheckingASlugAllocatesNothing(t *testing.T) {
	s := NewSigner(keysForTest("a", "b"))
	slug := s.New()
	if n := testing.AllocsPerRun(100, func() { s.Check(slug) }); n != 0 {
		t.Fatalf("%v allocations", n)
	}
}

func FuzzSlug(f *testing.F) {
	s := NewSigner(keysForTest("a"))
	f.Add(s.New())
	f.Add("0000000000000000")
	f.Add("../../etc/passwd")
	f.Fuzz(func(t *testing.T, slug string) {
		raw, ok := decodeSlug(slug)
		if s.Check(slug) && !ok {
			t.Fatal("what cannot be read passes")
		}
		if ok && encodeSlug(raw) != slug {
			t.Fatalf("%q has two readings", slug)
		}
	})
}

func BenchmarkSlugCheck(b *testing.B) {
	s := NewSigner(keysForTest("a"))
	slug := s.New()
	for b.Loop() {
		s.Check(slug)
	}
}
