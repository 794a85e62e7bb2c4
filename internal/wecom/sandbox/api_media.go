package sandbox

import (
	"bytes"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"strconv"
	"strings"
	"time"
)

const mediaLife = 3 * 24 * time.Hour

// mediaKind says how large a file of a type may be, and which it takes.
type mediaKind struct {
	most  int
	over  int // the code of one that is larger
	takes []string
}

var mediaKinds = map[string]mediaKind{
	"image": {10 << 20, 40009, []string{"image/jpeg", "image/png"}},
	"voice": {2 << 20, 40006, nil},
	"video": {10 << 20, 40011, []string{"video/mp4"}},
	"file":  {20 << 20, 40006, nil},
}

func uploadMedia(c *call) (reply, error) {
	typ := c.query.Get("type")
	kind, ok := mediaKinds[typ]
	if !ok {
		return nil, refuse(40005)
	}
	m, err := c.upload(kind)
	if err != nil {
		return nil, err
	}
	m.ID, m.Type = c.w.newID("3"), typ
	c.w.forgetOldMedia()
	c.w.Media.put(m)
	return reply{"errmsg": "", "type": typ, "media_id": m.ID,
		"created_at": strconv.FormatInt(c.w.now.Unix(), 10)}, nil
}

func uploadPicture(c *call) (reply, error) {
	m, err := c.upload(mediaKind{2 << 20, 40009, []string{"image/jpeg", "image/png"}})
	if err != nil {
		return nil, err
	}
	m.ID = c.w.newHex("picture")
	c.w.Pictures.put(m)
	return reply{"errmsg": "", "url": c.base + "/sandbox/img/" + m.ID}, nil
}

// upload reads the part "media" of a multipart body.
func (c *call) upload(kind mediaKind) (*Media, error) {
	_, params, err := mime.ParseMediaType(c.r.Header.Get("Content-Type"))
	if err != nil || params["boundary"] == "" {
		return nil, refuse(44001)
	}
	parts := multipart.NewReader(bytes.NewReader(c.body), params["boundary"])
	for {
		part, err := parts.NextPart()
		if err != nil {
			return nil, refuse(44001)
		}
		if part.FormName() != "media" {
			continue
		}
		data, err := io.ReadAll(part)
		if err != nil {
			return nil, refuse(44001)
		}
		m := &Media{Name: part.FileName(), Data: data, MIME: http.DetectContentType(data), Created: c.w.now}
		return m, kind.check(m)
	}
}

func (k mediaKind) check(m *Media) error {
	switch {
	case len(m.Data) <= 5:
		return refuse(40006)
	case len(m.Data) > k.most:
		return refuse(k.over)
	}
	for _, t := range k.takes {
		if m.MIME == t {
			return nil
		}
	}
	if k.takes == nil {
		return nil
	}
	if strings.HasPrefix(k.takes[0], "image/") {
		return refuse(40123)
	}
	return refuse(40004)
}

// media finds an upload that has not expired.
func (c *call) media(id string) (*Media, error) {
	m, ok := c.w.Media.get(id)
	if id == "" || !ok || c.w.now.Sub(m.Created) > mediaLife {
		return nil, refuse(40007)
	}
	return m, nil
}

// forgetOldMedia keeps the world small. Expired files stay a while longer,
// for the chats that show them.
func (w *world) forgetOldMedia() {
	for len(w.Media.rows) > 0 && w.now.Sub(w.Media.rows[0].Created) > 10*mediaLife {
		w.Media.drop(w.Media.rows[0].ID)
	}
}

func getMedia(c *call) (reply, error) {
	m, err := c.media(c.query.Get("media_id"))
	if err != nil {
		return nil, err
	}
	c.file = m
	return nil, nil
}

func contentDisposition(name string) string {
	return mime.FormatMediaType("attachment", map[string]string{"filename": name})
}
