// Package qr draws QR codes: as PNG for screens and as SVG for print, crisp at
// every size, with the quiet zone the standard asks for.
package qr

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"strconv"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/qrcode"
	encoder "github.com/skip2/go-qrcode"
)

// quiet is the width of the white border in modules (ISO/IEC 18004, 6.3.8).
const quiet = 4

// Code is a QR code: a square of modules, dark or light.
type Code struct{ modules [][]bool }

// New encodes text with error correction level M: 15 % of the code may be
// damaged. Text that does not fit (2,331 bytes) is an error.
func New(text string) (*Code, error) {
	q, err := encoder.New(text, encoder.Medium)
	if err != nil {
		return nil, fmt.Errorf("cannot encode %d bytes: %w", len(text), err)
	}
	q.DisableBorder = true
	return &Code{q.Bitmap()}, nil
}

// Size returns the width in modules, the quiet zone included.
func (c *Code) Size() int { return len(c.modules) + 2*quiet }

// PNG draws the code at least width pixels wide: modules are whole pixels, so
// the picture is a little wider where width is no multiple.
func (c *Code) PNG(width int) ([]byte, error) {
	scale := max(1, (width+c.Size()-1)/c.Size())
	side := c.Size() * scale
	im := image.NewPaletted(image.Rect(0, 0, side, side), color.Palette{color.White, color.Black})
	for y, row := range c.modules {
		for x, dark := range row {
			if dark {
				fill(im, (x+quiet)*scale, (y+quiet)*scale, scale)
			}
		}
	}
	var b bytes.Buffer
	if err := (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&b, im); err != nil {
		return nil, fmt.Errorf("cannot draw a QR code: %w", err)
	}
	return b.Bytes(), nil
}

func fill(im *image.Paletted, x, y, side int) {
	for dy := range side {
		line := im.Pix[(y+dy)*im.Stride+x:][:side]
		for i := range line {
			line[i] = 1
		}
	}
}

// SVG draws the code as one path of horizontal runs. It scales to any size.
func (c *Code) SVG() []byte {
	n := strconv.Itoa(c.Size())
	b := []byte(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ` + n + ` ` + n +
		`" shape-rendering="crispEdges"><path fill="#fff" d="M0 0h` + n + `v` + n + `H0z"/><path d="`)
	for y, row := range c.modules {
		for x := 0; x < len(row); {
			if !row[x] {
				x++
				continue
			}
			end := x
			for end < len(row) && row[end] {
				end++
			}
			b = fmt.Appendf(b, "M%d %dh%dv1h-%dz", x+quiet, y+quiet, end-x, end-x)
			x = end
		}
	}
	return append(b, `"/></svg>`...)
}

// Decode reads the QR code in a picture.
func Decode(im image.Image) (string, error) {
	bitmap, err := gozxing.NewBinaryBitmapFromImage(im)
	if err != nil {
		return "", fmt.Errorf("cannot read the picture: %w", err)
	}
	hints := map[gozxing.DecodeHintType]any{gozxing.DecodeHintType_TRY_HARDER: true}
	r, err := qrcode.NewQRCodeReader().Decode(bitmap, hints)
	if err != nil {
		return "", fmt.Errorf("cannot find a QR code: %w", err)
	}
	return r.GetText(), nil
}
