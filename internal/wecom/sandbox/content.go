package sandbox

// The parts of a message to a customer.
type (
	// Text is plain words.
	Text struct {
		Content string `json:"content"`
	}
	// Image is an uploaded picture, by id or by URL.
	Image struct {
		MediaID string `json:"media_id,omitempty"`
		PicURL  string `json:"pic_url,omitempty"`
	}
	// News is a link with a title.
	News struct {
		Title  string `json:"title"`
		PicURL string `json:"picurl,omitempty"`
		Desc   string `json:"desc,omitempty"`
		URL    string `json:"url"`
	}
	// Mini is a mini program page.
	Mini struct {
		Title      string `json:"title"`
		PicMediaID string `json:"pic_media_id"`
		AppID      string `json:"appid"`
		Page       string `json:"page"`
	}
	// File is an uploaded file or video.
	File struct {
		MediaID string `json:"media_id"`
	}
	// Attachment is one of the above.
	Attachment struct {
		Type  string `json:"msgtype"`
		Image *Image `json:"image"`
		Link  *News  `json:"link"`
		Mini  *Mini  `json:"miniprogram"`
		Video *File  `json:"video"`
		File  *File  `json:"file"`
	}
)

func (n *News) check() error {
	switch {
	case n.Title == "":
		return refuse(41016)
	case len(n.Title) > 128 || len(n.Desc) > 512 || len(n.PicURL) > 2048:
		return refuse(40058)
	case !validURL(n.URL):
		return refuse(40094)
	}
	return nil
}

func (m *Mini) check() error {
	if m.Title == "" || len(m.Title) > 64 || m.PicMediaID == "" || m.AppID == "" || m.Page == "" {
		return refuse(40058)
	}
	return nil
}

// checkAttachment looks at a, and at the media it uses.
func (c *call) checkAttachment(a Attachment) error {
	switch {
	case a.Type == "image" && a.Image != nil:
		return c.checkImage(a.Image)
	case a.Type == "link" && a.Link != nil:
		return a.Link.check()
	case a.Type == "miniprogram" && a.Mini != nil:
		if err := a.Mini.check(); err != nil {
			return err
		}
		_, err := c.media(a.Mini.PicMediaID)
		return err
	case a.Type == "video" && a.Video != nil:
		_, err := c.media(a.Video.MediaID)
		return err
	case a.Type == "file" && a.File != nil:
		_, err := c.media(a.File.MediaID)
		return err
	}
	return refuse(41065)
}

func (c *call) checkImage(i *Image) error {
	if i.MediaID == "" && validURL(i.PicURL) {
		return nil
	}
	_, err := c.media(i.MediaID)
	return err
}

// message is what the customer sees of a.
func (c *call) message(a Attachment, from string) Message {
	m := Message{From: from, Type: a.Type}
	switch a.Type {
	case "image":
		m.Image = a.Image.PicURL
		if a.Image.MediaID != "" {
			m.Image = c.base + "/sandbox/img/" + a.Image.MediaID
		}
	case "link":
		m.Title, m.Text, m.URL, m.Image = a.Link.Title, a.Link.Desc, a.Link.URL, a.Link.PicURL
	case "miniprogram":
		m.Title, m.Text = a.Mini.Title, a.Mini.AppID+" "+a.Mini.Page
		m.Image = c.base + "/sandbox/img/" + a.Mini.PicMediaID
	case "video":
		m.Title, m.URL = "视频", c.base+"/sandbox/img/"+a.Video.MediaID
	case "file":
		m.Title, m.URL = "文件", c.base+"/sandbox/img/"+a.File.MediaID
		if f, ok := c.w.Media.get(a.File.MediaID); ok {
			m.Title = f.Name
		}
	}
	return m
}
