package seal

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/tuma-live/tuma/internal/base/clock"
)

var noon = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

func TestASealedValueOpensInItsPlaceOnly(t *testing.T) {
	t.Parallel()
	r := ForTest()
	sealed, err := r.Seal([]byte("13800138000"), "contact.phone|7")
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(sealed, []byte("138001")) {
		t.Fatal("the plain text shows")
	}
	plain, err := r.Open(sealed, "contact.phone|7")
	if err != nil || string(plain) != "13800138000" {
		t.Fatalf("got %q, %v", plain, err)
	}
	if _, err := r.Open(sealed, "contact.phone|8"); !errors.Is(err, ErrOpen) {
		t.Fatalf("moved to another row: %v", err)
	}
	for i := range sealed {
		bad := bytes.Clone(sealed)
		bad[i] ^= 1
		if _, err := r.Open(bad, "contact.phone|7"); !errors.Is(err, ErrOpen) {
			t.Fatalf("byte %d changed: %v", i, err)
		}
		if _, err := r.Open(sealed[:i], "contact.phone|7"); !errors.Is(err, ErrOpen) {
			t.Fatalf("cut to %d bytes: %v", i, err)
		}
	}
}

func TestARotatedRingSealsWithTheNewKeyAndOpensTheOld(t *testing.T) {
	t.Parallel()
	c := clock.NewManual(noon)
	path := filepath.Join(t.TempDir(), "keys.json")
	a, err := Load(c, path)
	if err != nil {
		t.Fatal(err)
	}
	b, err := Load(c, path)
	if err != nil {
		t.Fatal(err)
	}
	old, _ := a.Seal([]byte("x"), "p")
	signing := a.Keys("slug")[0]
	index, print := a.Index("phone", "1"), a.Fingerprint()
	if err := a.Rotate(); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(a.Keys("slug")[0], signing) || len(a.Keys("slug")) != 2 {
		t.Fatal("a new key must wait until every node knows it, but verify at once")
	}
	for _, want := range []bool{true, false} {
		if changed, err := b.Reload(); err != nil || changed != want {
			t.Fatalf("reload: changed %v, %v", changed, err)
		}
	}
	c.Advance(overlap)
	fresh, _ := a.Seal([]byte("y"), "p")
	if a.Current(old) || !a.Current(fresh) {
		t.Fatal("the new key has not taken over")
	}
	for _, r := range []*Ring{a, b} {
		if keys := r.Keys("slug"); bytes.Equal(keys[0], signing) || !bytes.Equal(keys[1], signing) {
			t.Fatal("signing keys must be newest first and keep the old")
		}
		for _, s := range [][]byte{old, fresh} {
			if _, err := r.Open(s, "p"); err != nil {
				t.Fatal(err)
			}
		}
		if !bytes.Equal(r.Index("phone", "1"), index) || r.Fingerprint() != print {
			t.Fatal("lookups must survive a rotation")
		}
	}
}

func TestPurposesAndFieldsShareNoKey(t *testing.T) {
	t.Parallel()
	r := ForTest()
	if bytes.Equal(r.Keys("slug")[0], r.Keys("cookie")[0]) {
		t.Fatal("two purposes, one key")
	}
	if bytes.Equal(r.Index("phone", "1"), r.Index("email", "1")) || len(r.Index("a", "b")) != 16 {
		t.Fatal("two fields, one hash")
	}
}

func TestAKeyFileOthersCanReadIsRefused(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "keys.json")
	if _, err := Load(clock.System{}, path); err != nil {
		t.Fatal(err)
	}
	if info, _ := os.Stat(path); info.Mode().Perm() != 0o600 {
		t.Fatalf("made with mode %v", info.Mode())
	}
	if err := os.Chmod(path, 0o640); err != nil {
		t.Fatal(err)
	}
	if _, err := Load(clock.System{}, path); err == nil {
		t.Fatal("a key file its group can read was accepted")
	}
}

func TestABrokenKeyFileIsNeverReplaced(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"empty": "", "no keys": `{"index":"","keys":[]}`, "short": `{"index":"AAAA","keys":[{"id":1,"secret":"AAAA"}]}`,
	} {
		path := filepath.Join(t.TempDir(), "keys.json")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := Load(clock.System{}, path); err == nil {
			t.Errorf("%s: accepted", name)
		}
		if b, _ := os.ReadFile(path); string(b) != text {
			t.Errorf("%s: the file was changed", name)
		}
	}
}

func TestKeysFromTheEnvironmentOpenWhatTheFileSealed(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "keys.json")
	a, err := Load(clock.System{}, path)
	if err != nil {
		t.Fatal(err)
	}
	text, _ := os.ReadFile(path)
	b, err := Parse(clock.System{}, text)
	if err != nil {
		t.Fatal(err)
	}
	sealed, _ := a.Seal([]byte("x"), "p")
	if plain, err := b.Open(sealed, "p"); err != nil || string(plain) != "x" {
		t.Fatalf("got %q, %v", plain, err)
	}
	if b.Rotate() == nil {
		t.Fatal("keys of the environment cannot be rotated here")
	}
}
