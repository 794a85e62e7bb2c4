package sandbox

import (
	htmltemplate "html/template"
	"net/http"
	"net/url"
	"strings"

	"github.com/tuma-live/tuma/internal/base/ident"
	"github.com/tuma-live/tuma/internal/wecom/sandbox/phone"
)

// authorize is the page of open.weixin.qq.com and of the web login: it sends
// the visitor back with a code. The phone names its person in sandbox_person;
// anybody else is asked which staff member they are.
func (s *Server) authorize(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	back, err := url.Parse(q.Get("redirect_uri"))
	if err != nil || back.Host == "" || !s.browser.Allowed(back) {
		http.Error(w, "50001 "+errText[50001], http.StatusBadRequest)
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if q.Get("appid") != s.world.CorpID {
		http.Error(w, "40013 "+errText[40013], http.StatusBadRequest)
		return
	}
	_, person := s.world.People.get(q.Get("sandbox_person"))
	_, staff := s.world.Staff.get(q.Get("sandbox_user"))
	if !person && !staff {
		s.chooseStaff(w, r)
		return
	}
	s.world.now = s.worldTime()
	code := &OAuthCode{Code: ident.Token(24), Issued: s.world.now,
		Private: q.Get("scope") == "snsapi_privateinfo",
		UserID:  q.Get("sandbox_user"), PersonID: q.Get("sandbox_person")}
	s.world.OAuth.put(code)
	s.forgetOldCodes()
	s.dirty = true
	http.Redirect(w, r, comeBack(back, q, code), http.StatusFound)
}

// comeBack is where the visitor goes: through the phone's browser when it
// came from there.
func comeBack(back *url.URL, q url.Values, code *OAuthCode) string {
	given := back.Query()
	given.Set("code", code.Code)
	given.Set("state", q.Get("state"))
	back.RawQuery = given.Encode()
	if code.PersonID != "" {
		return phone.BrowsePath(code.PersonID, back.String())
	}
	return back.String()
}

func (s *Server) forgetOldCodes() {
	rows := &s.world.OAuth
	for len(rows.rows) > 0 && s.world.now.Sub(rows.rows[0].Issued) > 2*oauthLife {
		rows.drop(rows.rows[0].Code)
	}
}

var chooser = htmltemplate.Must(htmltemplate.New("").Parse(`<!doctype html><html lang="zh-CN"><meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1"><title>选择身份</title>
<style>body{font:16px/1.5 system-ui,sans-serif;max-width:360px;margin:48px auto;padding:0 16px;color:#191919}
h1{font-size:20px}a{display:block;padding:12px 0;border-bottom:1px solid #eee;color:#07c160;text-decoration:none}</style>
<h1>以哪位员工登录？<br><small>Sign in as</small></h1>{{range .}}<a href="{{.URL}}">{{.Name}}</a>{{end}}`))

// chooseStaff needs s.mu.
func (s *Server) chooseStaff(w http.ResponseWriter, r *http.Request) {
	type choice struct{ Name, URL string }
	var choices []choice
	for _, m := range s.world.Staff.rows {
		if m.Status == StaffActive {
			link := r.URL.Path + "?" + strings.TrimPrefix(r.URL.RawQuery, "&") +
				"&sandbox_user=" + url.QueryEscape(m.UserID)
			choices = append(choices, choice{m.Name, link})
		}
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	// The caller may be gone, which is nothing to the sandbox.
	_ = chooser.Execute(w, choices)
}
