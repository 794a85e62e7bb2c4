package sandbox

import "strconv"

// resign: the member leaves the corp. Their groups wait for a new owner.
func resign(w *world, a Action) (Outcome, error) {
	m, err := w.member(a.UserID)
	if err != nil {
		return Outcome{}, err
	}
	if m.Status == StaffLeft {
		return Outcome{Result: Already, UserID: m.UserID}, nil
	}
	m.Status, m.Licensed = StaffLeft, false
	for _, g := range w.Groups.rows {
		if g.Owner == m.UserID && !g.Dismissed {
			g.Status = 1
		}
	}
	w.emit(staffEvent("delete_user", m.UserID))
	return Outcome{Result: Done, UserID: m.UserID}, nil
}

func deactivate(w *world, a Action) (Outcome, error) {
	return w.setStaff(a, func(m *Staff) { m.Status = StaffDisabled })
}

func activate(w *world, a Action) (Outcome, error) {
	return w.setStaff(a, func(m *Staff) { m.Status, m.Verified = StaffActive, true })
}

func unlicense(w *world, a Action) (Outcome, error) {
	return w.setStaff(a, func(m *Staff) { m.Licensed = false })
}

func license(w *world, a Action) (Outcome, error) {
	return w.setStaff(a, func(m *Staff) { m.Licensed = true })
}

// setStaff changes a member who has not left; WeCom tells about a new status
// but not about customer contact rights.
func (w *world) setStaff(a Action, change func(*Staff)) (Outcome, error) {
	m, err := w.member(a.UserID)
	if err != nil {
		return Outcome{}, err
	}
	if m.Status == StaffLeft {
		return Outcome{}, cannot("%s has left", m.UserID)
	}
	before := m.Status
	if change(m); m.Status != before {
		w.emit(staffEvent("update_user", m.UserID, number("Status", m.Status)))
	}
	return Outcome{Result: Done, UserID: m.UserID}, nil
}

// inherit makes userid the owner of a group, as an administrator does in the
// console.
func inherit(w *world, a Action) (Outcome, error) {
	m, err := w.member(a.UserID)
	if err != nil {
		return Outcome{}, err
	}
	g, ok := w.Groups.get(a.ChatID)
	if !ok || g.Dismissed || m.Status != StaffActive || !m.Licensed {
		return Outcome{}, cannot("%s cannot own %s", a.UserID, a.ChatID)
	}
	if g.Status == 1 {
		g.Status = 3
	}
	w.giveTo(g, m.UserID)
	return Outcome{Result: Done, UserID: m.UserID, ChatID: g.ChatID}, nil
}

func (w *world) giveTo(g *Group, owner string) {
	if g.Owner == owner {
		return
	}
	g.Owner = owner
	if g.member(owner) == nil {
		w.enter(g, Member{ID: owner, Type: memberStaff, JoinScene: sceneInvited}, eventInvited)
	}
	w.emit(chatEvent("update", g.ChatID, text("UpdateDetail", "change_owner")))
}

// joinCorp adds a member to the directory.
func (w *world) joinCorp(m *Staff) {
	w.Staff.put(m)
	w.emit(staffEvent("create_user", m.UserID, text("Department", joinIDs(m.Department))))
}

func joinIDs(ids []int64) string {
	text := ""
	for i, id := range ids {
		if i > 0 {
			text += ","
		}
		text += strconv.FormatInt(id, 10)
	}
	return text
}
