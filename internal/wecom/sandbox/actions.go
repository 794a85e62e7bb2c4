package sandbox

import (
	"errors"
	"fmt"
	"maps"
	"slices"
)

// Action is something a person, or a staff member in the client, does.
type Action struct {
	Do       string   `json:"do"` // one of Actions
	Person   string   `json:"person"`
	UserID   string   `json:"userid"`
	ChatID   string   `json:"chat_id"`
	ConfigID string   `json:"config_id"`
	LinkID   string   `json:"link_id"`
	Channel  string   `json:"channel"` // customer_channel of a link
	Text     string   `json:"text"`
	Remark   string   `json:"remark"`
	Tags     []string `json:"tags"`
	Invitor  string   `json:"invitor"`
	Message  string   `json:"msgid"`
	Key      string   `json:"key"`
}

// Outcome is what came of an Action.
type Outcome struct {
	Result string `json:"result"` // added half requested joined already full done invalid
	UserID string `json:"userid,omitempty"`
	ChatID string `json:"chat_id,omitempty"`
}

// The results of an Outcome.
const (
	Added     = "added"     // a relation, with its event
	Half      = "half"      // one-way until the staff member accepts
	Requested = "requested" // waits for the staff member
	Joined    = "joined"
	Already   = "already" // known before: WeChat opens the chat, nobody is told
	Full      = "full"    // no group takes more people by QR code
	Invalid   = "invalid" // the code is dead
	Done      = "done"
)

// ErrAction is wrapped by what cannot be done.
var ErrAction = errors.New("cannot do that")

func cannot(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrAction, fmt.Sprintf(format, args...))
}

// Actions names every Action.Do:
//
//	scan_contact   person, config_id        scans a contact way
//	scan_group     person, config_id        scans a join way
//	click_link     person, link_id, channel opens an acquisition link and adds
//	accept         person, userid           the staff member accepts a request
//	refuse         person, userid           … or does not
//	say            person, userid, text     the customer writes
//	staff_say      person, userid, text     the staff member writes
//	drop_staff     person, userid           the customer deletes the staff member
//	drop_customer  person, userid           the staff member deletes the customer
//	edit           person, userid, remark, tags  in the client
//	join           person, chat_id, invitor invited into a group
//	join_link      person, chat_id          joins by an invitation link
//	leave          person, chat_id          leaves a group
//	remove         person, chat_id          is removed by owner or administrator
//	group_say      person, chat_id, text    writes in a group
//	resign         userid                   leaves the corp
//	deactivate     userid                   is disabled
//	activate       userid                   is active (again)
//	unlicense      userid                   loses customer contact
//	license        userid                   gets customer contact
//	inherit        chat_id, userid          becomes owner of a resigned member's group
//	press_card     userid, msgid, key       presses a button of a template card
func Actions() []string { return slices.Sorted(maps.Keys(actions())) }

func actions() map[string]func(*world, Action) (Outcome, error) {
	return map[string]func(*world, Action) (Outcome, error){
		"scan_contact": scanContact, "scan_group": scanGroup, "click_link": clickLink,
		"accept": accept, "refuse": refuseRequest, "say": customerSays, "staff_say": staffSays,
		"drop_staff": dropStaff, "drop_customer": dropCustomer, "edit": editInClient,
		"join": invited, "join_link": joinedByLink, "leave": leave, "remove": removed,
		"group_say": groupSays, "resign": resign, "deactivate": deactivate,
		"activate": activate, "unlicense": unlicense, "license": license,
		"inherit": inherit, "press_card": pressCard,
	}
}

// Do acts. The error wraps ErrAction when the world does not allow it.
func (s *Server) Do(a Action) (Outcome, error) {
	do, ok := actions()[a.Do]
	if !ok {
		return Outcome{}, cannot("no action %q", a.Do)
	}
	var out Outcome
	err := s.change(func(w *world) (err error) { out, err = do(w, a); return })
	return out, err
}

func (w *world) person(id string) (*Person, error) {
	p, ok := w.People.get(id)
	if !ok {
		return nil, cannot("no person %q", id)
	}
	return p, nil
}

func (w *world) member(userid string) (*Staff, error) {
	m, ok := w.Staff.get(userid)
	if !ok {
		return nil, cannot("no staff %q", userid)
	}
	return m, nil
}

func scanContact(w *world, a Action) (Outcome, error) {
	p, err := w.person(a.Person)
	if err != nil {
		return Outcome{}, err
	}
	way, ok := w.ContactWays.get(a.ConfigID)
	if !ok || way.Scene != 2 || w.expired(way) {
		return Outcome{Result: Invalid}, nil
	}
	if way.UnionID != "" && way.UnionID != p.UnionID {
		return Outcome{Result: Invalid}, nil
	}
	from := source{state: way.State, way: 1, skip: way.SkipVerify}
	out := w.add(p, w.expand(way.User, way.Party), from)
	if way.IsTemp && out.Result != Already && out.Result != Invalid {
		w.ContactWays.drop(way.ConfigID) // one person, once
	}
	return out, nil
}

func (w *world) expired(way *ContactWay) bool {
	life := way.ExpiresIn
	if life == 0 {
		life = 7 * day
	}
	return way.IsTemp && w.now.Unix() > way.CreateTime+life
}

// source is how a person came to a staff member.
type source struct {
	state string
	way   int // add_way
	link  string
	skip  bool // no request, added at once
}

// add makes p a customer of one of users that can serve, picked at random
// as WeCom does.
func (w *world) add(p *Person, users []string, from source) Outcome {
	var able []string
	for _, u := range users {
		if r := p.with(u); r != nil && !r.OneWay {
			r.Chatting = true
			return Outcome{Result: Already, UserID: u}
		}
		if m, ok := w.Staff.get(u); ok && m.Status == StaffActive && m.Licensed && m.Verified {
			able = append(able, u)
		}
	}
	if len(able) == 0 {
		return Outcome{Result: Invalid}
	}
	m, _ := w.Staff.get(able[w.pick(len(able))])
	if !from.skip && !m.AutoAccept {
		w.forgetRequest(p.ID, m.UserID)
		w.Requests = append(w.Requests,
			&Request{p.ID, m.UserID, from.state, from.way, from.link, w.now})
		return Outcome{Result: Requested, UserID: m.UserID}
	}
	if from.skip && w.Rules.HalfAdd {
		w.relate(p, m, from, true)
		return Outcome{Result: Half, UserID: m.UserID}
	}
	w.relate(p, m, from, false)
	return Outcome{Result: Added, UserID: m.UserID}
}

// relate makes the relation and tells about it.
func (w *world) relate(p *Person, m *Staff, from source, half bool) {
	r := p.with(m.UserID)
	again := r != nil // the customer had deleted the member: their chat goes on
	if r == nil {
		r = &Relation{UserID: m.UserID}
		p.Follows = append(p.Follows, r)
		m.Contacts = append(m.Contacts, p.ID)
	}
	r.OneWay, r.Half, r.Chatting = false, half, false
	r.CreateTime, r.State, r.AddWay, r.LinkID = w.now.Unix(), from.state, from.way, from.link
	r.OperUserID = p.ID
	change := "add_external_contact"
	if half {
		change = "add_half_external_contact"
	}
	w.greet(p, m)
	if from.link != "" {
		w.usedLink(p, m, from, again)
	}
	fields := append(optional("State", from.state), w.welcomeFor(p, m)...)
	w.emit(contactEvent(change, m.UserID, p.ID, fields...))
}

// greet writes what WeChat itself, and a console welcome, put into the new chat.
func (w *world) greet(p *Person, m *Staff) {
	chat := chatKey(m.UserID, p.ID)
	w.notice(chat, "friends", m.UserID)
	if m.ConsoleWelcome != "" {
		w.say(chat, Message{From: m.UserID, Type: "text", Text: m.ConsoleWelcome})
	}
}

// welcomeFor issues a welcome code, unless the console greets already.
func (w *world) welcomeFor(p *Person, m *Staff) []EventField {
	if m.ConsoleWelcome != "" {
		return nil
	}
	code := &Welcome{Code: w.newID("CALLBACK_WC_"), UserID: m.UserID, PersonID: p.ID, Issued: w.now}
	w.forgetOldWelcomes()
	w.Welcomes.put(code)
	return []EventField{text("WelcomeCode", code.Code)}
}

// forgetOldWelcomes: an unknown code and an expired one get the same answer.
func (w *world) forgetOldWelcomes() {
	for len(w.Welcomes.rows) > 0 && w.now.Sub(w.Welcomes.rows[0].Issued) > 10*welcomeLife {
		w.Welcomes.drop(w.Welcomes.rows[0].Code)
	}
}

func (w *world) forgetRequest(person, userid string) *Request {
	for i, r := range w.Requests {
		if r.PersonID == person && r.UserID == userid {
			w.Requests = slices.Delete(w.Requests, i, i+1)
			return r
		}
	}
	return nil
}

// accept takes a request, or makes a half relation whole.
func accept(w *world, a Action) (Outcome, error) {
	p, m, err := w.pair(a)
	if err != nil {
		return Outcome{}, err
	}
	out := Outcome{Result: Added, UserID: m.UserID}
	if r := p.with(m.UserID); r != nil && r.Half {
		r.Half = false
		w.emit(contactEvent("add_external_contact", m.UserID, p.ID,
			append(optional("State", r.State), w.secondWelcome(p, m, r)...)...))
		return out, nil
	}
	q := w.forgetRequest(p.ID, m.UserID)
	if q == nil {
		return Outcome{}, cannot("%s has not asked %s", p.ID, m.UserID)
	}
	w.relate(p, m, source{state: q.State, way: q.AddWay, link: q.LinkID}, false)
	return out, nil
}

// secondWelcome: the full add brings no code when the two chat already or the
// code of the half add was used.
func (w *world) secondWelcome(p *Person, m *Staff, r *Relation) []EventField {
	for _, c := range w.Welcomes.rows {
		if c.PersonID == p.ID && c.UserID == m.UserID && !c.Used.IsZero() {
			return nil
		}
	}
	if r.Chatting {
		return nil
	}
	return w.welcomeFor(p, m)
}

func refuseRequest(w *world, a Action) (Outcome, error) {
	if w.forgetRequest(a.Person, a.UserID) == nil {
		return Outcome{}, cannot("%s has not asked %s", a.Person, a.UserID)
	}
	return Outcome{Result: Done}, nil
}

func (w *world) pair(a Action) (*Person, *Staff, error) {
	p, err := w.person(a.Person)
	if err != nil {
		return nil, nil, err
	}
	m, err := w.member(a.UserID)
	return p, m, err
}
