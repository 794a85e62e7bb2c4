package sandbox

import (
	"bytes"
	"fmt"
	"html"
	"image"
	_ "image/gif" // what a QR picture may come as
	_ "image/jpeg"
	_ "image/png"
	"net/http"
	"net/url"
	"strings"

	"github.com/makiuchi-d/gozxing"
	zxing "github.com/makiuchi-d/gozxing/qrcode"
	"github.com/skip2/go-qrcode"

	"github.com/tuma-live/tuma/internal/wecom/sandbox/phone"
)

// Scanned is what a text from a QR code is to WeChat.
type Scanned struct {
	Kind     string `json:"kind"` // contact group link url text invalid
	Text     string `json:"text"`
	ID       string `json:"id,omitempty"` // config_id or link_id
	Channel  string `json:"channel,omitempty"`
	Title    string `json:"title,omitempty"`
	Subtitle string `json:"subtitle,omitempty"`
	Members  int    `json:"members,omitempty"`
	Face     string `json:"face,omitempty"` // whose avatar
}

// qrImage draws the code of a contact way or a join way.
func (s *Server) qrImage(w http.ResponseWriter, r *http.Request) {
	id, isPNG := strings.CutSuffix(r.PathValue("file"), ".png")
	prefix := map[string]string{"contact": "/sandbox/c/", "group": "/sandbox/g/"}[r.PathValue("kind")]
	if !isPNG || prefix == "" || !s.hasCode(prefix, id) {
		http.NotFound(w, r)
		return
	}
	png, err := qrcode.Encode(s.base(r)+prefix+id, qrcode.Medium, 430)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "image/png")
	w.Write(png)
}

func (s *Server) hasCode(prefix, id string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if prefix == "/sandbox/c/" {
		_, ok := s.world.ContactWays.get(id)
		return ok
	}
	_, ok := s.world.JoinWays.get(id)
	return ok
}

// picture serves uploads and avatars.
func (s *Server) picture(w http.ResponseWriter, r *http.Request) {
	id := r.PathValue("id")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; sandbox")
	s.mu.Lock()
	defer s.mu.Unlock()
	if who, ok := strings.CutPrefix(id, "avatar-"); ok {
		s.avatar(w, who)
		return
	}
	m, ok := s.world.Pictures.get(id)
	if !ok {
		m, ok = s.world.Media.get(id)
	}
	if !ok {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", m.MIME)
	w.Write(m.Data)
}

// avatar needs s.mu.
func (s *Server) avatar(w http.ResponseWriter, who string) {
	name, colour := who, "#576b95"
	if p, ok := s.world.People.get(who); ok {
		name, colour = p.Nickname, p.Colour
	} else if m, ok := s.world.Staff.get(who); ok {
		name, colour = m.Name, colours[len(m.UserID)%len(colours)]
	} else if g, ok := s.world.Groups.get(who); ok {
		s.mosaic(w, g)
		return
	}
	w.Header().Set("Content-Type", "image/svg+xml")
	fmt.Fprintf(w, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 80 80"><rect width="80" height="80" fill="%s"/>`+
		`<text x="40" y="53" font-size="36" fill="#fff" text-anchor="middle" font-family="system-ui,sans-serif">%s</text></svg>`,
		html.EscapeString(colour), html.EscapeString(cut(name, 1)))
}

// mosaic draws a group as WeChat does: its first nine members. It needs s.mu.
func (s *Server) mosaic(w http.ResponseWriter, g *Group) {
	w.Header().Set("Content-Type", "image/svg+xml")
	fmt.Fprint(w, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 80 80"><rect width="80" height="80" fill="#d8dadc"/>`)
	for i, m := range g.Members[:min(len(g.Members), 9)] {
		name, colour := s.world.nameOf(m.ID), "#576b95"
		if p, ok := s.world.People.get(m.ID); ok {
			colour = p.Colour
		}
		x, y := 4+i%3*25, 4+i/3*25
		fmt.Fprintf(w, `<rect x="%d" y="%d" width="22" height="22" fill="%s"/><text x="%d" y="%d" font-size="12" `+
			`fill="#fff" text-anchor="middle" font-family="system-ui,sans-serif">%s</text>`,
			x, y, html.EscapeString(colour), x+11, y+15, html.EscapeString(cut(name, 1)))
	}
	fmt.Fprint(w, `</svg>`)
}

// Resolve says what a scanned text is.
func (s *Server) Resolve(text string) Scanned {
	text = strings.TrimSpace(text)
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return Scanned{Kind: "text", Text: text}
	}
	ours := phone.Loopback(u.Host) || s.opt.BaseURL != "" && strings.HasPrefix(text, s.opt.BaseURL)
	s.mu.Lock()
	defer s.mu.Unlock()
	if id, ok := strings.CutPrefix(u.Path, "/sandbox/c/"); ok && ours {
		return s.contactCard(text, id)
	}
	if id, ok := strings.CutPrefix(u.Path, "/sandbox/g/"); ok && ours {
		return s.groupCard(text, id)
	}
	if id, ok := strings.CutPrefix(u.Path, "/ca/"); ok && (ours || u.Host == "work.weixin.qq.com") {
		return s.linkCard(text, id, u.Query().Get("customer_channel"))
	}
	return Scanned{Kind: "url", Text: text}
}

// contactCard needs s.mu, as the two below.
func (s *Server) contactCard(text, id string) Scanned {
	way, ok := s.world.ContactWays.get(id)
	if !ok {
		return Scanned{Kind: "invalid", Text: text}
	}
	return s.profile(Scanned{Kind: "contact", Text: text, ID: id}, s.world.expand(way.User, way.Party))
}

func (s *Server) linkCard(text, id, channel string) Scanned {
	l, ok := s.world.Links.get(id)
	if !ok {
		return Scanned{Kind: "invalid", Text: text}
	}
	return s.profile(Scanned{Kind: "link", Text: text, ID: id, Channel: channel},
		s.world.expand(l.Users, l.Parties))
}

func (s *Server) profile(card Scanned, users []string) Scanned {
	corp := s.world.CorpName
	card.Title, card.Subtitle, card.Face, card.Members = corp, "企业微信", corp, len(users)
	if len(users) == 1 {
		card.Title, card.Subtitle, card.Face = s.world.nameOf(users[0]), corp, users[0]
	}
	return card
}

func (s *Server) groupCard(text, id string) Scanned {
	way, ok := s.world.JoinWays.get(id)
	if !ok {
		return Scanned{Kind: "invalid", Text: text}
	}
	groups := s.world.groupsOf(way)
	g := s.world.firstWithRoom(groups)
	if g == nil && len(groups) > 0 {
		g = groups[len(groups)-1]
	}
	if g == nil {
		return Scanned{Kind: "invalid", Text: text}
	}
	return Scanned{Kind: "group", Text: text, ID: id, Title: g.Name,
		Subtitle: s.world.CorpName, Members: len(g.Members), Face: g.ChatID}
}

// readQR returns the text of the QR code in a picture.
func readQR(picture []byte) (string, error) {
	img, _, err := image.Decode(bytes.NewReader(picture))
	if err != nil {
		return "", fmt.Errorf("cannot read the picture: %w", err)
	}
	bits, err := gozxing.NewBinaryBitmapFromImage(img)
	if err != nil {
		return "", fmt.Errorf("cannot read the picture: %w", err)
	}
	hints := map[gozxing.DecodeHintType]any{gozxing.DecodeHintType_TRY_HARDER: true}
	result, err := zxing.NewQRCodeReader().Decode(bits, hints)
	if err != nil {
		return "", fmt.Errorf("cannot find a QR code: %w", err)
	}
	return result.GetText(), nil
}
