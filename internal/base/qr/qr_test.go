package qr

import (
	"bytes"
	"image/png"
	"strings"
	"testing"
)

func TestADrawnCodeCanBeReadAtEverySize(t *testing.T) {
	t.Parallel()
	const text = "https://码.example.com/q/0h3k5m7n9p1r3t5v"
	c, err := New(text)
	if err != nil {
		t.Fatal(err)
	}
	for _, width := range []int{1, 120, 220, 300, 1024} {
		b, err := c.PNG(width)
		if err != nil {
			t.Fatal(err)
		}
		im, err := png.Decode(bytes.NewReader(b))
		if err != nil {
			t.Fatal(err)
		}
		if w := im.Bounds().Dx(); w < width || w%c.Size() != 0 {
			t.Errorf("%d pixels wide for %d asked", w, width)
		}
		if width < 120 { // one pixel a module: too fine for a decoder
			continue
		}
		if got, err := Decode(im); err != nil || got != text {
			t.Errorf("at %d pixels: %q, %v", width, got, err)
		}
	}
	if svg := string(c.SVG()); !strings.Contains(svg, "M4 4h7v1h-7z") || strings.Count(svg, "<path") != 2 {
		t.Errorf("the SVG does not begin with a finder pattern: %.200s", svg)
	}
}

func TestTextThatDoesNotFitIsAnError(t *testing.T) {
	t.Parallel()
	if _, err := New(strings.Repeat("x", 3000)); err == nil {
		t.Fatal("3,000 bytes fit into a QR code")
	}
}
