package wecom

// TextContent is the text of a message to customers.
type TextContent struct {
	Content string `json:"content"`
}

// Image is a picture: a media id, or a URL that UploadImg returned. The media
// id wins.
type Image struct {
	MediaID string `json:"media_id,omitempty"`
	PicURL  string `json:"pic_url,omitempty"`
}

// Link is a card that opens a web page.
type Link struct {
	Title  string `json:"title"`            // ≤ 128 bytes
	PicURL string `json:"picurl,omitempty"` // ≤ 2,048 bytes
	Desc   string `json:"desc,omitempty"`   // ≤ 512 bytes
	URL    string `json:"url"`              // ≤ 2,048 bytes
}

// MiniProgram is a card that opens a mini program linked to the corp.
type MiniProgram struct {
	Title      string `json:"title"` // ≤ 64 bytes
	PicMediaID string `json:"pic_media_id"`
	AppID      string `json:"appid"`
	Page       string `json:"page"`
}

// MediaRef is a video or a file.
type MediaRef struct {
	MediaID string `json:"media_id"`
}

// Attachment is one part of a message: MsgType names the one that is set.
type Attachment struct {
	MsgType     string       `json:"msgtype"` // image, link, miniprogram, video, file
	Image       *Image       `json:"image,omitempty"`
	Link        *Link        `json:"link,omitempty"`
	MiniProgram *MiniProgram `json:"miniprogram,omitempty"`
	Video       *MediaRef    `json:"video,omitempty"`
	File        *MediaRef    `json:"file,omitempty"`
}

func (c *checker) content(t *TextContent, most int) *checker {
	if t != nil {
		c.bytes("text.content", t.Content, most)
	}
	return c
}

func (c *checker) link(l *Link) *checker {
	if l == nil {
		return c
	}
	return c.needs("link.title", l.Title).bytes("link.title", l.Title, 128).
		bytes("link.desc", l.Desc, 512).bytes("link.picurl", l.PicURL, 2048).
		needs("link.url", l.URL).bytes("link.url", l.URL, 2048)
}

func (c *checker) miniProgram(m *MiniProgram) *checker {
	if m == nil {
		return c
	}
	return c.needs("miniprogram.title", m.Title).bytes("miniprogram.title", m.Title, 64).
		needs("miniprogram.pic_media_id", m.PicMediaID).
		needs("miniprogram.appid", m.AppID).needs("miniprogram.page", m.Page)
}

func (c *checker) image(i *Image) *checker {
	return c.that(i == nil || i.MediaID != "" || i.PicURL != "", "image has neither media_id nor pic_url")
}

func (c *checker) media(field string, m *MediaRef) *checker {
	return c.that(m == nil || m.MediaID != "", "%s.media_id is empty", field)
}

func (c *checker) attachment(a Attachment) *checker {
	present := map[string]bool{
		"image": a.Image != nil, "link": a.Link != nil, "miniprogram": a.MiniProgram != nil,
		"video": a.Video != nil, "file": a.File != nil,
	}
	return c.that(present[a.MsgType], "attachment %q has no content of that type", a.MsgType).
		image(a.Image).link(a.Link).miniProgram(a.MiniProgram).
		media("video", a.Video).media("file", a.File)
}
