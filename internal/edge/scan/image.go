package scan

import (
	"container/list"
	"context"
	"net/http"
	"strconv"
	"strings"
	"sync"

	"golang.org/x/sync/singleflight"

	qrcode "github.com/tuma-live/tuma/internal/base/qr"
)

// Images reads a kept picture by the SHA-256 of its bytes, in hex.
type Images interface {
	Image(ctx context.Context, hash string) (mime string, body []byte, err error)
}

// picture is an image ready to be sent.
type picture struct {
	key  string
	mime []string
	body []byte
}

// safe lists what a picture may be. Others could be pages with scripts.
var safe = map[string]bool{
	"image/png": true, "image/jpeg": true, "image/gif": true, "image/webp": true,
}

const (
	mostPictures = 32 << 20 // bytes of targets' QRs kept in memory
	mostSelves   = 4 << 20  // bytes of pages' own QRs, apart: anyone can ask for many
)

// imageCache keeps the pictures asked for last, so that they are there also
// when the database is not.
type imageCache struct {
	most   int // bytes
	mu     sync.Mutex
	byKey  map[string]*list.Element
	order  list.List // of *picture, last used first
	size   int
	flight singleflight.Group
}

func (c *imageCache) find(key string) *picture {
	c.mu.Lock()
	defer c.mu.Unlock()
	e := c.byKey[key]
	if e == nil {
		return nil
	}
	c.order.MoveToFront(e)
	return e.Value.(*picture)
}

func (c *imageCache) keep(p *picture) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.byKey == nil {
		c.byKey = map[string]*list.Element{}
	}
	if c.byKey[p.key] != nil {
		return
	}
	c.byKey[p.key] = c.order.PushFront(p)
	c.size += len(p.body)
	for c.size > c.most && c.order.Len() > 1 {
		old := c.order.Remove(c.order.Back()).(*picture)
		delete(c.byKey, old.key)
		c.size -= len(old.body)
	}
}

// get returns the picture at key, made by load when it is not kept yet; many
// who want the same one wait for one load.
func (c *imageCache) get(
	key string, load func() (mime string, body []byte, err error),
) (*picture, error) {
	if p := c.find(key); p != nil {
		return p, nil
	}
	v, err, _ := c.flight.Do(key, func() (any, error) {
		if p := c.find(key); p != nil { // loaded since we looked
			return p, nil
		}
		mime, body, err := load()
		if err != nil {
			return nil, err
		}
		p := &picture{key: key, mime: []string{mime}, body: body}
		c.keep(p)
		return p, nil
	})
	if err != nil {
		return nil, err
	}
	return v.(*picture), nil
}

// Warm reads pictures into memory, so that they are there when the database is
// away. It stops at the first that cannot be read.
func (h *Handler) Warm(ctx context.Context, hashes []string) error {
	for _, hash := range hashes {
		if _, err := h.load(ctx, hash); err != nil {
			return err
		}
	}
	return nil
}

func (h *Handler) load(ctx context.Context, hash string) (*picture, error) {
	return h.images.get(hash, func() (string, []byte, error) { return h.Images.Image(ctx, hash) })
}

// image answers the QR of a target.
func (h *Handler) image(w http.ResponseWriter, r *http.Request, hash string) {
	if !hexHash(hash) {
		h.noImage(w)
		return
	}
	// One who leaves must not fail the load of those who wait for the same.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), admitFor)
	defer cancel()
	p, err := h.load(ctx, hash)
	if err != nil || !safe[p.mime[0]] {
		h.noImage(w)
		return
	}
	h.sendImage(w, r, p)
}

// selfImage draws the QR of a code's own page.
func (h *Handler) selfImage(w http.ResponseWriter, r *http.Request, rest string) {
	var k ask
	if !k.name("/q/", rest) || !h.Slugs.Check(k.slug) {
		h.noImage(w)
		return
	}
	url := h.public(r) + k.path
	p, err := h.selves.get(url, func() (string, []byte, error) {
		c, err := qrcode.New(url)
		if err != nil {
			return "", nil, err
		}
		b, err := c.PNG(480)
		return "image/png", b, err
	})
	if err != nil {
		h.noImage(w)
		return
	}
	h.sendImage(w, r, p)
}

// public is where the visitor found us, for a page that must be found again.
func (h *Handler) public(r *http.Request) string {
	if h.Public != "" {
		return h.Public
	}
	scheme := "http://"
	if h.Secure(r) {
		scheme = "https://"
	}
	return scheme + r.Host
}

var forever = []string{"public, max-age=31536000, immutable"}

func (h *Handler) sendImage(w http.ResponseWriter, r *http.Request, p *picture) {
	h.Counts.Images.Add(1)
	head := w.Header()
	head["Content-Type"] = p.mime
	head["Content-Length"] = []string{strconv.Itoa(len(p.body))}
	head["Cache-Control"] = forever
	head["X-Content-Type-Options"] = noSniff
	head["Content-Security-Policy"] = []string{"default-src 'none'"}
	if r.Method != http.MethodHead {
		w.Write(p.body) //nolint:errcheck // the visitor left
	}
}

func (h *Handler) noImage(w http.ResponseWriter) {
	w.Header()["Cache-Control"] = noStore
	w.WriteHeader(http.StatusNotFound)
}

func hexHash(s string) bool {
	return len(s) == 64 && strings.Trim(s, "0123456789abcdef") == ""
}
