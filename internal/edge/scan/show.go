package scan

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/tuma-live/tuma/internal/base/i18n"
	"github.com/tuma-live/tuma/internal/core/route"
	corescan "github.com/tuma-live/tuma/internal/core/scan"
)

// sheet is a page being written. Sheets are used again.
type sheet struct {
	values values
	page   []byte
}

// show answers with the page of an outcome.
func (h *Handler) show(
	w http.ResponseWriter, r *http.Request, k *ask, code *corescan.Code, out *corescan.Outcome,
) {
	s := h.sheet(r, k, code)
	s.values.set(isScript, yes)
	h.fill(s, k, code, out)
	h.Counts.Pages.Add(1)
	h.send(w, r, k, s, http.StatusOK)
}

// sheet returns an empty page that says whose it is and where it stands.
func (h *Handler) sheet(r *http.Request, k *ask, code *corescan.Code) *sheet {
	s := h.buffers.Get().(*sheet)
	s.page, s.values = s.page[:0], values{}
	v := &s.values
	v.set(privacy, h.Privacy)
	if code == nil {
		v.set(corp, h.Book.Corp())
		v.set(contact, h.Contact)
	} else {
		v.set(corp, code.Corp)
		v.set(contact, code.Page.ContactText)
		v.set(title, code.Page.Title)
		v.set(subtitle, code.Page.Subtitle)
	}
	v.set(path, k.path)
	if k.agent.wechat == "" {
		v.set(self, h.public(r)+k.path)
	}
	v.set(tel, telephone(v[contact].text))
	return s
}

// fill says what the outcome means to the customer.
func (h *Handler) fill(s *sheet, k *ask, code *corescan.Code, out *corescan.Outcome) {
	v := &s.values
	if out.Scan != 0 {
		v.set(diag, corescan.Diagnosis(out.Scan))
		v.set(scanID, out.Scan.String())
		v.set(slug, code.Slug)
	}
	if t := out.Target; t != nil {
		v.set(name, t.Name)
		if t.Kind == route.Staff {
			v.set(isStaff, yes)
		}
	}
	if out.Target != nil && out.Target.QR != "" && shows(out.State) {
		h.fillQR(v, k, code, out)
		return
	}
	flag, key := message(out.State)
	v.set(flag, yes)
	v.set(title, h.pages.texts.Text(k.lang, key, nil))
	if flag == isNotYet {
		h.fillOpening(v, k, code.StartsAt)
	}
}

// shows says that the state has a QR to show; the fallback has one when the
// code lets WeCom open groups.
func shows(s route.State) bool {
	return s == route.OKGroup || s == route.OKStaff || s == route.Near || s == route.Failed
}

func (h *Handler) fillQR(v *values, k *ask, code *corescan.Code, out *corescan.Outcome) {
	v.set(isCode, yes)
	v.set(qr, "/q/img/"+out.Target.QR)
	v.set(guide, code.Page.Guide)
	v.set(notice, code.Page.Notice)
	if v[title].text == "" {
		v.set(title, h.usual(k.lang, out.Target.Kind))
	}
	if out.State == route.Failed || out.Unrecorded {
		v.set(isAway, yes)
	}
	switch {
	case k.agent.wechat == "":
		v.set(outside, yes)
	case k.agent.screen:
		v.set(onScreen, yes)
	}
	if out.State == route.Near {
		v.set(isNear, yes)
		v.count(left, out.Free+1) // the visitor's own seat is one of them
		if out.Free <= 0 {
			v.set(isLast, yes)
		}
		return
	}
	if out.Target.Kind == route.Group && !out.Unrecorded {
		fillCount(v, code.Page.ShowCount, out)
	}
}

// fillCount tells how full the group is, as exactly as the operator wants.
func fillCount(v *values, how string, out *corescan.Outcome) {
	switch how {
	case "exact":
		if out.Target.Limit > 0 {
			v.count(joined, out.Joined)
			v.count(limit, out.Target.Limit)
			v.count(rest, max(0, out.Target.Limit-out.Joined))
		}
	case "range":
		if n := out.Joined / 50 * 50; n > 0 {
			v.count(atLeast, n)
		} else {
			v.set(isPlenty, yes)
		}
	}
}

func (h *Handler) usual(lang string, kind route.TargetKind) string {
	key := "title.group"
	if kind == route.Staff {
		key = "title.staff"
	}
	return h.pages.texts.Text(lang, key, nil)
}

// message returns the flag of a state without a QR, and the key of its title.
func message(s route.State) (slot, string) {
	switch s {
	case route.Joined:
		return isJoined, "title.joined"
	case route.AllFull:
		return isFull, "title.full"
	case route.NotYet:
		return isNotYet, "title.notyet"
	case route.Expired:
		return isExpired, "title.closed"
	case route.PausedCode:
		return isPaused, "title.closed"
	case route.Draft:
		return isDraft, "title.closed"
	case route.NotFound:
		return isMissing, "title.missing"
	case route.Soft:
		return isSoft, "title.plain"
	}
	return isFailed, "title.failed"
}

// fillOpening says when the code starts to serve, and how long that is.
func (h *Handler) fillOpening(v *values, k *ask, at time.Time) {
	if at.IsZero() {
		return
	}
	layout := "1月2日 15:04"
	if k.lang == i18n.English {
		layout = "on Jan 2 at 15:04"
	}
	v.set(opens, at.In(h.Zone).Format(layout))
	wait := max(at.Sub(k.at)+time.Minute-1, time.Minute)
	switch {
	case wait >= 48*time.Hour:
		v.count(inDays, int64(wait/(24*time.Hour)))
	case wait >= time.Hour:
		v.count(inHours, int64(wait/time.Hour))
	}
	v.count(inMinutes, int64(wait%time.Hour/time.Minute))
}

// message answers with a page that has no QR. Without a code it is the
// company's.
func (h *Handler) message(
	w http.ResponseWriter, r *http.Request, k *ask, code *corescan.Code, flag slot, status int,
) {
	s := h.sheet(r, k, code)
	s.values.set(flag, yes)
	if s.values[title].text == "" || flag != isNeutral {
		key := map[slot]string{isMissing: "title.missing", isFailed: "title.failed"}[flag]
		if key == "" {
			key = "title.plain"
		}
		s.values.set(title, h.pages.texts.Text(k.lang, key, nil))
	}
	h.send(w, r, k, s, status)
}

// screen answers a computer's browser with the QR of this page: it is to be
// scanned, and a seat is taken then.
func (h *Handler) screen(w http.ResponseWriter, r *http.Request, k *ask, code *corescan.Code) {
	s := h.sheet(r, k, code)
	v := &s.values
	v.set(isScreen, yes)
	if v[title].text == "" {
		kind := route.Group
		if code.Kind == "staff" {
			kind = route.Staff
		}
		v.set(title, h.usual(k.lang, kind))
	}
	v.set(qr, "/q/self/"+k.path[len("/q/"):])
	h.send(w, r, k, s, http.StatusOK)
}

var (
	htmlType  = []string{"text/html; charset=utf-8"}
	noStore   = []string{"no-store"}
	noSniff   = []string{"nosniff"}
	noReferer = []string{"no-referrer"}
)

// send renders s, answers with it and keeps it for the next page.
func (h *Handler) send(w http.ResponseWriter, r *http.Request, k *ask, s *sheet, status int) {
	s.page = h.pages.in(k.lang).render(s.page, &s.values)
	head := w.Header()
	head["Content-Type"] = htmlType
	head["Content-Length"] = []string{strconv.Itoa(len(s.page))}
	head["Cache-Control"] = noStore
	head["Content-Security-Policy"] = h.pages.policy
	head["Referrer-Policy"] = noReferer
	head["X-Content-Type-Options"] = noSniff
	w.WriteHeader(status)
	if r.Method != http.MethodHead {
		w.Write(s.page) //nolint:errcheck // the visitor left
	}
	h.buffers.Put(s)
}

// telephone returns the first telephone number in text, or "".
func telephone(text string) string {
	start, digits := -1, 0
	for i := 0; i <= len(text); i++ {
		var c byte
		if i < len(text) {
			c = text[i]
		}
		switch {
		case c >= '0' && c <= '9':
			if start < 0 {
				start = i
			}
			digits++
			continue
		case c == '+' && start < 0:
			start = i
			continue
		case (c == '-' || c == ' ') && digits > 0:
			continue
		}
		if digits >= 7 && digits <= 15 {
			return strings.TrimRight(text[start:i], "- ")
		}
		start, digits = -1, 0
	}
	return ""
}
