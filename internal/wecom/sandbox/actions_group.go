package sandbox

import (
	"slices"
	"strconv"
)

// The scales of a join: in events, and in groupchat/get.
const (
	eventInvited  = 0
	eventScanned  = 3
	sceneInvited  = 1
	sceneByLink   = 2
	sceneScanned  = 3
	quitLeft      = 0
	quitRemoved   = 1
	memberStaff   = 1
	memberOutside = 2
)

// scanGroup enters the first group below the QR threshold; when all are full
// WeCom makes a new one, if the join way says so.
func scanGroup(w *world, a Action) (Outcome, error) {
	p, err := w.person(a.Person)
	if err != nil {
		return Outcome{}, err
	}
	way, ok := w.JoinWays.get(a.ConfigID)
	if !ok || way.Scene != 2 {
		return Outcome{Result: Invalid}, nil
	}
	groups := w.groupsOf(way)
	for _, g := range groups {
		if g.member(p.ID) != nil {
			return Outcome{Result: Already, ChatID: g.ChatID}, nil
		}
	}
	g := w.firstWithRoom(groups)
	if g == nil {
		if way.AutoCreate == 0 || len(groups) == 0 {
			return Outcome{Result: Full}, nil
		}
		g = w.nextGroup(way, groups[len(groups)-1])
	}
	who := Member{ID: p.ID, Type: memberOutside, JoinScene: sceneScanned, State: way.State}
	w.enter(g, who, eventScanned)
	return Outcome{Result: Joined, ChatID: g.ChatID}, nil
}

// groupsOf are the living groups behind a join way, listed ones first.
func (w *world) groupsOf(way *JoinWay) []*Group {
	var out []*Group
	for _, id := range slices.Concat(way.ChatIDs, way.Created) {
		g, ok := w.Groups.get(id)
		if ok && !g.Dismissed && !slices.Contains(out, g) {
			out = append(out, g)
		}
	}
	return out
}

func (w *world) firstWithRoom(groups []*Group) *Group {
	for _, g := range groups {
		if len(g.Members) < min(w.Rules.QRThreshold, w.Rules.GroupCap) {
			return g
		}
	}
	return nil
}

// nextGroup is the group that WeCom makes by itself, owned as its model is.
func (w *world) nextGroup(way *JoinWay, model *Group) *Group {
	prefix := way.BaseName
	if prefix == "" {
		prefix = model.Name
	}
	g := w.newGroup(prefix+strconv.Itoa(way.BaseID), model.Owner)
	way.BaseID++
	way.Created = append(way.Created, g.ChatID)
	return g
}

// newGroup makes a customer group with only its owner in it.
func (w *world) newGroup(name, owner string) *Group {
	g := &Group{ChatID: w.newID("wr"), Name: name, Owner: owner, CreateTime: w.now.Unix()}
	g.Members = []Member{{ID: owner, Type: memberStaff, JoinTime: w.now.Unix(), JoinScene: sceneInvited}}
	g.Version = w.newHex("version")
	w.Groups.put(g)
	w.notice(g.ChatID, "created", "")
	w.emit(chatEvent("create", g.ChatID))
	return g
}

// enter puts one member in and tells about it.
func (w *world) enter(g *Group, m Member, scene int) {
	m.JoinTime = w.now.Unix()
	last := w.turn(g)
	g.Members = append(g.Members, m)
	how := map[int]string{sceneScanned: "scanned", sceneInvited: "invited", sceneByLink: "linked"}
	w.notice(g.ChatID, how[m.JoinScene], m.ID)
	w.emit(memberEvent(g, "add_member", number("JoinScene", scene), m.ID, last))
}

// exit takes one member out and tells about it.
func (w *world) exit(g *Group, id string, scene int) {
	last := w.turn(g)
	g.Members = slices.DeleteFunc(g.Members, func(m Member) bool { return m.ID == id })
	g.Admins = slices.DeleteFunc(g.Admins, func(a string) bool { return a == id })
	w.emit(memberEvent(g, "del_member", number("QuitScene", scene), id, last))
}

// turn gives g its next version and returns the one before.
func (w *world) turn(g *Group) string {
	g.Before, g.BeforeVersion, g.ChangedAt = nil, g.Version, w.now
	if w.Rules.StaleReads {
		g.Before = slices.Clone(g.Members)
	}
	g.Version = w.newHex("version")
	return g.BeforeVersion
}

func memberEvent(g *Group, detail string, scene EventField, id, last string) Event {
	return chatEvent("update", g.ChatID, text("UpdateDetail", detail), scene, number("MemChangeCnt", 1),
		EventField{Name: "MemChangeList", Items: []string{id}, Optional: true},
		EventField{Name: "LastMemVer", Value: last, Optional: true},
		EventField{Name: "CurMemVer", Value: g.Version, Optional: true})
}

func (w *world) nameOf(id string) string {
	if p, ok := w.People.get(id); ok {
		return p.Nickname
	}
	if m, ok := w.Staff.get(id); ok {
		return m.Name
	}
	return id
}

// inGroup finds the group of an action, and who it is about: a person, or a
// staff member when only userid is given.
func (w *world) inGroup(a Action) (g *Group, who Member, err error) {
	g, ok := w.Groups.get(a.ChatID)
	if !ok || g.Dismissed {
		return nil, who, cannot("no group %q", a.ChatID)
	}
	if a.Person == "" {
		m, err := w.member(a.UserID)
		if err != nil {
			return nil, who, err
		}
		return g, Member{ID: m.UserID, Type: memberStaff}, nil
	}
	p, err := w.person(a.Person)
	if err != nil {
		return nil, who, err
	}
	return g, Member{ID: p.ID, Type: memberOutside}, nil
}

func invited(w *world, a Action) (Outcome, error)      { return w.bring(a, sceneInvited) }
func joinedByLink(w *world, a Action) (Outcome, error) { return w.bring(a, sceneByLink) }

// bring lets somebody in without a QR code, up to the cap of the group.
func (w *world) bring(a Action, scene int) (Outcome, error) {
	g, who, err := w.inGroup(a)
	switch {
	case err != nil:
		return Outcome{}, err
	case g.member(who.ID) != nil:
		return Outcome{Result: Already, ChatID: g.ChatID}, nil
	case len(g.Members) >= w.Rules.GroupCap:
		return Outcome{Result: Full, ChatID: g.ChatID}, nil
	}
	who.JoinScene, who.Invitor = scene, a.Invitor
	if a.Invitor == "" && scene == sceneInvited {
		who.Invitor = g.Owner
	}
	w.enter(g, who, eventInvited)
	return Outcome{Result: Joined, ChatID: g.ChatID}, nil
}

func leave(w *world, a Action) (Outcome, error)   { return w.takeOut(a, quitLeft) }
func removed(w *world, a Action) (Outcome, error) { return w.takeOut(a, quitRemoved) }

func (w *world) takeOut(a Action, scene int) (Outcome, error) {
	g, who, err := w.inGroup(a)
	switch {
	case err != nil:
		return Outcome{}, err
	case g.member(who.ID) == nil:
		return Outcome{}, cannot("%s is not in %s", who.ID, g.ChatID)
	case who.ID == g.Owner:
		return Outcome{}, cannot("%s owns %s", who.ID, g.ChatID)
	}
	w.exit(g, who.ID, scene)
	return Outcome{Result: Done, ChatID: g.ChatID}, nil
}

func groupSays(w *world, a Action) (Outcome, error) {
	g, who, err := w.inGroup(a)
	if err != nil {
		return Outcome{}, err
	}
	if g.member(who.ID) == nil {
		return Outcome{}, cannot("%s is not in %s", who.ID, g.ChatID)
	}
	w.say(g.ChatID, Message{From: who.ID, Type: "text", Text: cut(a.Text, 2000)})
	return Outcome{Result: Done, ChatID: g.ChatID}, nil
}
