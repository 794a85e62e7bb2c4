package sandbox

import (
	"encoding/json"
	"slices"
	"strconv"
)

// related finds the relation that an action is about.
func (w *world) related(a Action) (*Person, *Staff, *Relation, error) {
	p, m, err := w.pair(a)
	if err != nil {
		return nil, nil, nil, err
	}
	r := p.with(m.UserID)
	if r == nil {
		return nil, nil, nil, cannot("%s is no customer of %s", p.ID, m.UserID)
	}
	return p, m, r, nil
}

func customerSays(w *world, a Action) (Outcome, error) {
	p, m, r, err := w.related(a)
	if err != nil {
		return Outcome{}, err
	}
	if r.OneWay {
		return Outcome{}, cannot("%s deleted %s", p.ID, m.UserID)
	}
	r.Chatting = true
	r.Sent++
	w.say(chatKey(m.UserID, p.ID), Message{From: p.ID, Type: "text", Text: cut(a.Text, 2000)})
	if r.LinkID != "" {
		w.linkMessage(p, m, r)
	}
	return Outcome{Result: Done, UserID: m.UserID}, nil
}

func staffSays(w *world, a Action) (Outcome, error) {
	p, m, r, err := w.related(a)
	if err != nil {
		return Outcome{}, err
	}
	chat := chatKey(m.UserID, p.ID)
	if r.OneWay {
		w.notice(chat, "strangers", p.ID)
		return Outcome{Result: Done, UserID: m.UserID}, nil
	}
	r.Chatting = true
	w.say(chat, Message{From: m.UserID, Type: "text", Text: cut(a.Text, 2000)})
	return Outcome{Result: Done, UserID: m.UserID}, nil
}

// dropStaff: the customer deletes the member. The relation stays one-way.
func dropStaff(w *world, a Action) (Outcome, error) {
	p, m, r, err := w.related(a)
	if err != nil {
		return Outcome{}, err
	}
	if r.OneWay {
		return Outcome{Result: Already, UserID: m.UserID}, nil
	}
	r.OneWay, r.Chatting = true, false
	w.emit(contactEvent("del_follow_user", m.UserID, p.ID))
	return Outcome{Result: Done, UserID: m.UserID}, nil
}

// dropCustomer: the member deletes the customer. The relation is gone.
func dropCustomer(w *world, a Action) (Outcome, error) {
	p, m, _, err := w.related(a)
	if err != nil {
		return Outcome{}, err
	}
	w.part(p, m)
	w.emit(contactEvent("del_external_contact", m.UserID, p.ID))
	return Outcome{Result: Done, UserID: m.UserID}, nil
}

func (w *world) part(p *Person, m *Staff) {
	p.Follows = slices.DeleteFunc(p.Follows, func(r *Relation) bool { return r.UserID == m.UserID })
	m.Contacts = slices.DeleteFunc(m.Contacts, func(id string) bool { return id == p.ID })
}

// editInClient changes remark and tags as the staff member does by hand.
func editInClient(w *world, a Action) (Outcome, error) {
	p, m, r, err := w.related(a)
	if err != nil {
		return Outcome{}, err
	}
	for _, id := range a.Tags {
		if _, t := w.tag(id); t == nil {
			return Outcome{}, cannot("no tag %q", id)
		}
	}
	if a.Remark != "" {
		r.Remark = cut(a.Remark, 20)
	}
	if a.Tags != nil {
		r.Tags = slices.Clone(a.Tags)
	}
	w.emit(contactEdited(r, p.ID))
	return Outcome{Result: Done, UserID: m.UserID}, nil
}

// clickLink opens an acquisition link, and adds. New customers cost quota.
func clickLink(w *world, a Action) (Outcome, error) {
	p, err := w.person(a.Person)
	if err != nil {
		return Outcome{}, err
	}
	l, ok := w.Links.get(a.LinkID)
	if !ok {
		return Outcome{Result: Invalid}, nil
	}
	l.Clicks++
	if w.Quota.Balance <= 0 {
		return Outcome{Result: Invalid}, nil
	}
	state := cutBytes(a.Channel, 64)
	if state != "" {
		w.emit(linkEvent("friend_request", text("LinkId", l.ID), text("State", state)))
	}
	out := w.add(p, w.expand(l.Users, l.Parties), source{state, 16, l.ID, l.SkipVerify})
	if out.Result == Invalid {
		w.emit(linkEvent("link_unavailable", text("LinkId", l.ID)))
	}
	return out, nil
}

func cutBytes(s string, most int) string {
	for len(s) > most {
		r := []rune(s)
		s = string(r[:len(r)-1])
	}
	return s
}

// usedLink counts a new customer of a link, and its quota.
func (w *world) usedLink(p *Person, m *Staff, from source, again bool) {
	l, ok := w.Links.get(from.link)
	if !ok || again {
		return
	}
	l.Customers = append(l.Customers, LinkCustomer{p.ID, m.UserID, from.state})
	w.Quota.Total++
	w.Quota.Balance--
	switch w.Quota.Balance {
	case 19:
		w.emit(linkEvent("balance_low"))
	case 0:
		w.emit(linkEvent("balance_exhausted"))
	}
}

func (w *world) linkMessage(p *Person, m *Staff, r *Relation) {
	switch r.Sent {
	case 1:
		w.emit(linkEvent("customer_start_chat", text("UserID", m.UserID),
			text("ExternalUserID", p.ID), text("LinkId", r.LinkID)))
	case 3, 5, 10:
		w.emit(linkEvent("message_from_customer", text("ChatKey", w.newHex("chat key"))))
	}
}

// pressCard presses a button of a template card in the member's inbox.
func pressCard(w *world, a Action) (Outcome, error) {
	for _, m := range w.Inbox {
		if m.ID != a.Message || !slices.Contains(m.To, a.UserID) {
			continue
		}
		var k card
		if err := json.Unmarshal(m.Body, &k); err != nil || m.ResponseCode == "" {
			return Outcome{}, cannot("message %s has no buttons", m.ID)
		}
		m.Clicked = a.Key
		if m.Answered { // every press can be answered once
			m.ResponseCode, m.Answered = w.newHex("response"), false
		}
		w.emit(Event{"template_card_event", "", []EventField{
			{Name: "FromUserName", Value: a.UserID, From: true},
			text("EventKey", a.Key), text("TaskId", k.TaskID), text("CardType", k.Type),
			text("ResponseCode", m.ResponseCode),
			{Name: "AgentID", Value: strconv.FormatInt(m.AgentID, 10), Number: true},
		}})
		return Outcome{Result: Done, UserID: a.UserID}, nil
	}
	return Outcome{}, cannot("no message %q for %s", a.Message, a.UserID)
}
