package wecom

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/url"
	"strings"
	"time"

	"github.com/tuma-live/tuma/internal/base/ident"
)

// File is what is uploaded. Body is read anew for each try, so it must stay
// unchanged until the call returns; *os.File and *bytes.Reader are ReaderAts.
type File struct {
	Name        string
	ContentType string
	Body        io.ReaderAt
	Size        int64
}

// Media is a downloaded file.
type Media struct {
	Name        string
	ContentType string
	Data        []byte
}

// UploadedMedia is a temporary file at WeCom, good for 3 days and every app.
type UploadedMedia struct {
	Type      string `json:"type"`
	MediaID   string `json:"media_id"`
	CreatedAt Int    `json:"created_at"` // sent as a string
}

// MediaLifetime is how long a media id can be used.
const MediaLifetime = 72 * time.Hour

func (m *UploadedMedia) missing() string { return require("media_id", m.MediaID != "") }

// mediaLimits are the largest files of each type, in bytes.
var mediaLimits = map[string]int64{
	"image": 10 << 20, "voice": 2 << 20, "video": 10 << 20, "file": 20 << 20,
}

// UploadMedia stores a temporary file: kind is image (JPG, PNG; 10 MB), voice
// (AMR; 2 MB), video (MP4; 10 MB) or file (20 MB). An upload that is repeated
// leaves a second copy that nobody sees, so it may be.
func (c *Client) UploadMedia(ctx context.Context, kind string, f File) (UploadedMedia, error) {
	const op = "media/upload"
	most, known := mediaLimits[kind]
	err := check(op).that(known, "%q is not a media type", kind).file(f, most).err()
	if err != nil {
		return UploadedMedia{}, err
	}
	var out UploadedMedia
	err = c.do(ctx, upload(op, url.Values{"type": {kind}}, f, &out))
	return out, err
}

type uploadedImage struct {
	URL string `json:"url"`
}

func (u *uploadedImage) missing() string { return require("url", u.URL != "") }

// UploadImg stores a picture for ever (5 bytes to 2 MB) and returns its URL, for
// pic_url and picurl. A corp has 3,000 a month and 1,000 a day.
func (c *Client) UploadImg(ctx context.Context, f File) (string, error) {
	const op = "media/uploadimg"
	if err := check(op).file(f, 2<<20).err(); err != nil {
		return "", err
	}
	var out uploadedImage
	err := c.do(ctx, upload(op, nil, f, &out))
	return out.URL, err
}

// GetMedia downloads a temporary file of at most 20 MB.
func (c *Client) GetMedia(ctx context.Context, mediaID string) (Media, error) {
	const op = "media/get"
	if err := check(op).needs("media_id", mediaID).err(); err != nil {
		return Media{}, err
	}
	var m Media
	query := url.Values{"media_id": {mediaID}}
	err := c.do(ctx, request{op: op, query: query, download: &m, upload: true})
	return m, err
}

func (c *checker) file(f File, most int64) *checker {
	return c.needs("filename", f.Name).
		that(f.Size > 5, "the file has %d bytes, more than 5 are needed", f.Size).
		that(most == 0 || f.Size <= most, "the file has %d bytes, at most %d", f.Size, most)
}

// upload streams one multipart part named media, with its length declared.
func upload(op string, query url.Values, f File, out any) request {
	boundary := "tuma-" + ident.Token(20)
	kind := f.ContentType
	if kind == "" {
		kind = "application/octet-stream"
	}
	head := fmt.Appendf(nil, "--%s\r\nContent-Disposition: form-data; name=\"media\"; "+
		"filename=\"%s\"; filelength=%d\r\nContent-Type: %s\r\n\r\n",
		boundary, quoted.Replace(f.Name), f.Size, quoted.Replace(kind))
	tail := []byte("\r\n--" + boundary + "--\r\n")
	body := func() (io.Reader, int64) {
		file := io.NewSectionReader(f.Body, 0, f.Size)
		all := io.MultiReader(bytes.NewReader(head), file, bytes.NewReader(tail))
		return all, int64(len(head)) + f.Size + int64(len(tail))
	}
	return request{op: op, query: query, body: body, out: out, upload: true,
		mime: "multipart/form-data; boundary=" + boundary}
}

// quoted keeps a file name inside its quotes; other text, such as 中文, is sent
// as it is.
var quoted = strings.NewReplacer(`\`, "_", `"`, "_", "\r", "_", "\n", "_")
