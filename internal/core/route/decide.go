package route

import "slices"

// Unproven visitors may hold at most half of a target's free seats, and at
// least this many, so that a script cannot empty a pool (design, section 3).
const leastUnproven = 5

// unprovenLeft returns how many more seats unproven visitors may hold.
func (s *Seat) unprovenLeft() int64 {
	free := s.Capacity - s.Joined - s.Proven
	return min(s.Free(), max(leastUnproven, free/2)-s.Unproven)
}

// Decide says where the visit goes. It reads only its arguments and changes
// none of them: Ledger.Apply does what the decision says.
func Decide(c *Code, v Visit, l *Ledger) Decision {
	if state := c.at(v); state != "" {
		return Decision{State: state, Reason: CodeState}
	}
	if v.Hold.Used && v.Hold.sure() && !v.Again {
		return Decision{State: Joined, Reason: Sticky, Target: c.find(v.Hold.Target)}
	}
	d := Decision{}
	if c.Sticky && d.stick(c, v, l) {
		return d
	}
	for _, p := range c.Pools {
		if d.choose(c, p, v, l) {
			return d
		}
	}
	d.State, d.Reason = AllFull, NoTarget
	if d.softened() {
		d.State, d.Reason = Soft, Unproven
	}
	return d
}

// at returns the page the code shows at v.At instead of a target, or "".
func (c *Code) at(v Visit) State {
	switch {
	case c.State != "":
		return c.State
	case !c.StartsAt.IsZero() && v.At.Before(c.StartsAt):
		return NotYet
	case !c.EndsAt.IsZero() && !v.At.Before(c.EndsAt):
		return Expired
	}
	return ""
}

func (c *Code) find(target int64) *Target {
	for _, p := range c.Pools {
		for i := range p.Targets {
			if p.Targets[i].ID == target {
				return &p.Targets[i]
			}
		}
	}
	return nil
}

// sure says that the hold's visitor is known to be the one who came in.
func (h Hold) sure() bool { return h.Tier == "scan" || h.Tier == "inferred" }

// stick keeps a visitor with the target they hold or had a seat of.
func (d *Decision) stick(c *Code, v Visit, l *Ledger) bool {
	if v.Hold.Target == 0 {
		return false
	}
	for _, p := range c.Pools {
		for i := range p.Targets {
			t := &p.Targets[i]
			if t.ID != v.Hold.Target {
				continue
			}
			if t.refusal(v) != "" { // it serves nobody now: choose another
				return false
			}
			if v.Hold.Live {
				d.settle(c, p, t, l, Sticky)
				return true
			}
			if l.refusal(t, v) != "" {
				return false
			}
			d.Hold = true
			d.settle(c, p, t, l, Sticky)
			return true
		}
	}
	return false
}

// choose looks for a target in p: first among those that serve, then among
// those that stand by, then by letting WeCom open the next group.
func (d *Decision) choose(c *Code, p *Pool, v Visit, l *Ledger) bool {
	for _, backup := range [...]bool{false, true} {
		able := d.able(p, backup, v, l)
		if len(able) == 0 {
			continue
		}
		t := p.pick(able, l, d)
		d.Hold = true
		d.settle(c, p, t, l, Chosen)
		return true
	}
	if p.Auto != nil && p.Auto.refusal(v) == "" {
		d.State, d.Pool, d.Target, d.Reason = OKGroup, p, p.Auto, Chosen
		return true
	}
	return false
}

// able lists the targets with a seat for v, and notes why others have none.
func (d *Decision) able(p *Pool, backup bool, v Visit, l *Ledger) []*Target {
	var able []*Target
	for i := range p.Targets {
		t := &p.Targets[i]
		if t.Backup != backup {
			continue
		}
		r := t.refusal(v)
		if r == "" {
			r = l.refusal(t, v)
		}
		if r != "" {
			d.Refused = append(d.Refused, Refusal{t.ID, p.ID, r})
			continue
		}
		able = append(able, t)
	}
	return able
}

// refusal says why t can serve nobody at v.At, or "".
func (t *Target) refusal(v Visit) Reason {
	switch {
	case t.Refused != "":
		return t.Refused
	case v.At.Before(t.AwayTo):
		return Paused
	case t.QR == "":
		return NoQR
	}
	return ""
}

// refusal says why t has no seat for v, or "".
func (l *Ledger) refusal(t *Target, v Visit) Reason {
	s := l.Seats[t.ID]
	switch {
	case s == nil || s.Free() <= 0:
		return Full
	case !v.Proven && s.unprovenLeft() <= 0:
		return Unproven
	}
	return ""
}

// settle sends the visit to t of p.
func (d *Decision) settle(c *Code, p *Pool, t *Target, l *Ledger, why Reason) {
	d.Pool, d.Target, d.Reason = p, t, why
	if t.Kind == Staff {
		d.State = OKStaff
		return
	}
	d.State = OKGroup
	left := int64(0)
	if s := l.Seats[t.ID]; s != nil {
		left = s.Free()
	}
	if d.Hold {
		left--
	}
	if left < c.Warn {
		d.State = Near
	}
}

// softened says that a seat is free for a visitor who shows to be a person.
func (d *Decision) softened() bool {
	return slices.ContainsFunc(d.Refused, func(r Refusal) bool { return r.Reason == Unproven })
}

// pick chooses among targets that all have a seat.
func (p *Pool) pick(able []*Target, l *Ledger, d *Decision) *Target {
	switch p.Strategy {
	case InOrder:
		return able[0]
	case LeastLoaded:
		return slices.MinFunc(able, func(a, b *Target) int {
			return int(l.load(a) - l.load(b))
		})
	}
	return p.turn(able, l, d)
}

// load is how many people a target has taken or is about to take.
func (l *Ledger) load(t *Target) int64 {
	s := l.Seats[t.ID]
	return s.Joined + s.Unproven + s.Proven
}

// turn is the smooth weighted round robin (as in nginx): everyone able gains
// their weight, the richest is chosen and pays the sum. With equal weights it
// goes round in order; a target that comes back owes and is owed nothing new.
func (p *Pool) turn(able []*Target, l *Ledger, d *Decision) *Target {
	var best *Target
	var sum, most int64
	d.Turns = make([]Turn, 0, len(able))
	for _, t := range able {
		w := int64(1)
		if p.Strategy == Weighted {
			w = max(1, t.Weight)
		}
		credit := l.Credits[Place{p.ID, t.ID}] + w
		sum += w
		d.Turns = append(d.Turns, Turn{t.ID, credit})
		if best == nil || credit > most {
			best, most = t, credit
		}
	}
	for i := range d.Turns {
		if d.Turns[i].Target == best.ID {
			d.Turns[i].Credit -= sum
		}
	}
	return best
}

// Apply takes the seat and the turn that d gives the visit.
func (l *Ledger) Apply(d *Decision, v Visit) {
	for _, t := range d.Turns {
		l.Credits[Place{d.Pool.ID, t.Target}] = t.Credit
	}
	if !d.Hold {
		return
	}
	s := l.Seats[d.Target.ID]
	if v.Proven {
		s.Proven++
	} else {
		s.Unproven++
	}
}
