package sandbox

import "time"

// Limits are the call limits of one corp, per API path.
type Limits struct {
	PerMinute  int `json:"per_minute"`
	PerHour    int `json:"per_hour"`
	Parallel   int `json:"parallel"`    // reads of lists at one time; 0 is no limit
	BadSecrets int `json:"bad_secrets"` // wrong secrets in a row before an hour's ban
}

// DefaultLimits are WeCom's. Parallel and BadSecrets are not published.
var DefaultLimits = Limits{PerMinute: 10_000, PerHour: 150_000, Parallel: 20, BadSecrets: 100}

// traffic counts the calls of one path in the running minute and hour.
type traffic struct {
	minute, hour   time.Time
	inMinute, inHr int
	blocked        time.Time
}

// allow counts one call at now and says whether it is within l. Going over
// blocks the path for as long as the window that was exceeded.
func (t *traffic) allow(now time.Time, l Limits) bool {
	if now.Before(t.blocked) {
		return false
	}
	if now.Sub(t.minute) >= time.Minute || now.Before(t.minute) {
		t.minute, t.inMinute = now, 0
	}
	if now.Sub(t.hour) >= time.Hour || now.Before(t.hour) {
		t.hour, t.inHr = now, 0
	}
	t.inMinute++
	t.inHr++
	switch {
	case t.inHr > l.PerHour:
		t.blocked = now.Add(time.Hour)
	case t.inMinute > l.PerMinute:
		t.blocked = now.Add(time.Minute)
	default:
		return true
	}
	return false
}

// trafficOf needs s.mu.
func (s *Server) trafficOf(path string) *traffic {
	t := s.traffic[path]
	if t == nil {
		t = &traffic{}
		s.traffic[path] = t
	}
	return t
}
