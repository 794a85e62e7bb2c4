package sandbox

import (
	"net/http"
	"strings"

	"github.com/tuma-live/tuma/internal/wecom/sandbox/phone"
)

// ctlDecode reads a QR code in a picture: bytes, or where the person's page
// got it from.
func (s *Server) ctlDecode(r *http.Request) (any, error) {
	var req struct {
		Person string `json:"person"`
		Src    string `json:"src"`
		Image  []byte `json:"image"`
	}
	if err := read(r, &req); err != nil {
		return nil, err
	}
	picture := req.Image
	if len(picture) == 0 {
		var err error
		if picture, err = s.fetchPicture(r, req.Person, req.Src); err != nil {
			return nil, err
		}
	}
	text, err := readQR(picture)
	if err != nil {
		return nil, err
	}
	return s.Resolve(text), nil
}

func (s *Server) fetchPicture(r *http.Request, person, src string) ([]byte, error) {
	if data, ok := phone.DataURI(src); ok {
		return data, nil
	}
	if !s.hasPerson(person) {
		return nil, cannot("no person %q", person)
	}
	return s.browser.Fetch(r.Context(), person, src, s.base(r))
}

// Visited is what a person saw on a page, and what came of its QR code.
type Visited struct {
	Status  int      `json:"status"`
	Title   string   `json:"title"`
	Scanned *Scanned `json:"scanned,omitempty"` // the first QR code on the page
	Outcome *Outcome `json:"outcome,omitempty"` // with act
}

// ctlVisit is the whole way of a customer in one call: a page of the product
// is opened as the person, its QR code read and, with act, followed.
func (s *Server) ctlVisit(r *http.Request) (any, error) {
	var req struct {
		Person string `json:"person"`
		URL    string `json:"url"`
		Act    bool   `json:"act"`
	}
	if err := read(r, &req); err != nil {
		return nil, err
	}
	page, err := s.browser.Open(r.Context(), req.Person, req.URL, s.base(r))
	if err != nil {
		return nil, err
	}
	out := Visited{Status: page.Status, Title: titleOf(page.HTML)}
	for _, src := range page.Images {
		data, err := s.fetchPicture(r, req.Person, src)
		if err != nil {
			continue // not every picture is there, or a code
		}
		if text, err := readQR(data); err == nil {
			found := s.Resolve(text)
			out.Scanned = &found
			break
		}
	}
	if out.Scanned == nil || !req.Act {
		return out, nil
	}
	done, err := s.follow(req.Person, *out.Scanned)
	out.Outcome = &done
	return out, err
}

// follow does what tapping the button of a recognised code does.
func (s *Server) follow(person string, code Scanned) (Outcome, error) {
	a := Action{Person: person, ConfigID: code.ID}
	switch code.Kind {
	case "contact":
		a.Do = "scan_contact"
	case "group":
		a.Do = "scan_group"
	case "link":
		a.Do, a.LinkID, a.Channel = "click_link", code.ID, code.Channel
	default:
		return Outcome{Result: Invalid}, nil
	}
	return s.Do(a)
}

func titleOf(page string) string {
	_, rest, _ := strings.Cut(page, "<title>")
	title, _, _ := strings.Cut(rest, "</title>")
	return title
}
