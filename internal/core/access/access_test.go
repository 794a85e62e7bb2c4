package access_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/tuma-live/tuma/internal/base/clock"
	"github.com/tuma-live/tuma/internal/base/db"
	"github.com/tuma-live/tuma/internal/base/fault"
	"github.com/tuma-live/tuma/internal/core/access"
	"github.com/tuma-live/tuma/internal/core/audit"
	"github.com/tuma-live/tuma/internal/schema/schematest"
)

const good = "seven brave otters"

var here = access.Client{Address: "192.0.2.7", Agent: "test"}

type world struct {
	*testing.T
	*access.Service
	clock *clock.Manual
}

func each(t *testing.T, f func(w world)) {
	t.Helper()
	schematest.Each(t, func(t *testing.T, d *db.DB) {
		c := clock.NewManual(time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC))
		f(world{t, access.New(d, c), c})
	})
}

func (w world) account(login string, r access.Role) access.Account {
	w.Helper()
	a, err := w.Create(w.Context(), access.NewAccount{Login: login, Password: good, Role: r})
	if err != nil {
		w.Fatal(err)
	}
	return a
}

func (w world) login(login string) string {
	w.Helper()
	token, _, err := w.Login(w.Context(), login, good, here)
	if err != nil {
		w.Fatal(err)
	}
	return token
}

func (w world) known(token string) bool {
	w.Helper()
	who, err := w.BySession(w.Context(), token)
	if err != nil {
		w.Fatal(err)
	}
	return who.Known()
}

func TestASessionEndsByIdlenessAgeLogoutAndPassword(t *testing.T) {
	each(t, func(w world) {
		a := w.account("ann", access.Operations)
		idle := w.login("ann")
		w.clock.Advance(access.Idle - time.Second)
		if !w.known(idle) {
			t.Fatal("ended a second early")
		}
		w.clock.Advance(access.Idle)
		if w.known(idle) {
			t.Fatal("survived idleness")
		}
		old := w.login("ann")
		for range int(access.Absolute/(20*time.Minute)) - 1 {
			w.clock.Advance(20 * time.Minute)
			if !w.known(old) {
				t.Fatal("ended while in use")
			}
		}
		w.clock.Advance(20 * time.Minute)
		if w.known(old) {
			t.Fatal("survived its age")
		}
		one, two := w.login("ann"), w.login("ann")
		ses, err := w.Sessions(w.Context(), a.ID)
		if err != nil || len(ses) != 2 {
			t.Fatal(len(ses), err)
		}
		who, _ := w.BySession(w.Context(), one)
		if err := w.Logout(w.Context(), a.ID, who.Session); err != nil {
			t.Fatal(err)
		}
		if w.known(one) || !w.known(two) {
			t.Fatal("the wrong session ended")
		}
		who, _ = w.BySession(w.Context(), two)
		ctx := access.With(w.Context(), who)
		three := w.login("ann")
		if err := w.ChangePassword(ctx, a.ID, good, "eight calm herons"); err != nil {
			t.Fatal(err)
		}
		if !w.known(two) || w.known(three) {
			t.Fatal("a new password ends the other sessions, not this one")
		}
	})
}

func TestWhoIsDisabledOrDemotedIsSoAtOnce(t *testing.T) {
	each(t, func(w world) {
		w.account("root", access.SuperAdmin)
		a := w.account("ann", access.Operations)
		token := w.login("ann")
		yes, analyst := true, access.Analyst
		if _, err := w.Update(w.Context(), a.ID, 0, access.Change{Role: &analyst}); err != nil {
			t.Fatal(err)
		}
		if w.known(token) {
			t.Fatal("the session outlived its role")
		}
		token = w.login("ann")
		if _, err := w.Update(w.Context(), a.ID, 0, access.Change{Disabled: &yes}); err != nil {
			t.Fatal(err)
		}
		if w.known(token) {
			t.Fatal("the session outlived its account")
		}
		if _, _, err := w.Login(w.Context(), "ann", good, here); !errors.Is(err,
			access.ErrCredentials) {
			t.Fatal(err)
		}
	})
}

func TestGuessingGetsSlowerAndTheOwnerStillGetsIn(t *testing.T) {
	each(t, func(w world) {
		w.account("ann", access.Operations)
		home := access.Client{Address: "198.51.100.9"}
		if _, _, err := w.Login(w.Context(), "ann", good, home); err != nil { // a known address
			t.Fatal(err)
		}
		reached := 0
		step := time.Minute
		for i, end := 0, w.clock.Now().Add(24*time.Hour); w.clock.Now().Before(end); i++ { // ever new addresses
			_, _, err := w.Login(w.Context(), "ann", "guess",
				access.Client{Address: "203.0.113." + string(rune('a'+i%26)) + string(rune('a'+i/26%26))})
			switch {
			case errors.Is(err, access.ErrCredentials):
				reached++
			case !errors.Is(err, access.ErrThrottled):
				t.Fatal(err)
			}
			if i == 120 {
				step = 10 * time.Minute
				if _, _, err := w.Login(w.Context(), "ann", good, home); err != nil {
					t.Fatalf("the owner is kept out: %v", err)
				}
			}
			w.clock.Advance(step)
		}
		if reached > 60 || reached < 5 {
			t.Fatalf("%d guesses reached the password", reached)
		}
	})
}

func TestAnIPv6NetworkIsThrottledAsOneAddress(t *testing.T) {
	each(t, func(w world) {
		try := func(i int, address string) error {
			_, _, err := w.Login(w.Context(), fmt.Sprintf("user%d", i), "guess",
				access.Client{Address: address})
			return err
		}
		reached := 0
		for i := range 30 {
			if errors.Is(try(i, fmt.Sprintf("2001:db8:1:2::%x", i+1)), access.ErrCredentials) {
				reached++
			}
		}
		if reached != 20 {
			t.Errorf("%d guesses from one network reached a password, want 20", reached)
		}
		for i, other := range []string{"2001:db8:1:3::1", "203.0.113.1"} {
			if err := try(50+i, other); !errors.Is(err, access.ErrCredentials) {
				t.Errorf("%s pays for another network: %v", other, err)
			}
		}
		for i := range 20 {
			if err := try(60+i, "203.0.113.2"); !errors.Is(err, access.ErrCredentials) {
				t.Fatal(err)
			}
		}
		if err := try(90, "::ffff:203.0.113.2"); !errors.Is(err, access.ErrThrottled) {
			t.Errorf("the same IPv4 address, written as IPv6, ends with %v", err)
		}
		if err := try(91, "203.0.113.3"); !errors.Is(err, access.ErrCredentials) {
			t.Errorf("an IPv4 neighbour ends with %v", err)
		}
	})
}

func TestOneAddressCannotTryManyAccounts(t *testing.T) {
	each(t, func(w world) {
		reached := 0
		for i := range 50 {
			_, _, err := w.Login(w.Context(), "user"+string(rune('a'+i%26))+string(rune('a'+i/26)),
				"guess", here)
			if errors.Is(err, access.ErrCredentials) {
				reached++
			} else if f, _ := fault.Of(err); f == nil || f.Args["seconds"] == "" {
				t.Fatal(err)
			}
		}
		if reached != 20 {
			t.Fatalf("%d tries in a row", reached)
		}
		w.clock.Advance(5*time.Minute + time.Second)
		if _, _, err := w.Login(w.Context(), "x", "guess", here); !errors.Is(err,
			access.ErrCredentials) {
			t.Fatal(err)
		}
	})
}

func TestGuessesAtTheSameTimeDoNotSlipThrough(t *testing.T) {
	each(t, func(w world) {
		w.account("ann", access.Operations)
		var wg sync.WaitGroup
		var mu sync.Mutex
		reached := 0
		for i := range 12 {
			wg.Go(func() {
				_, _, err := w.Login(context.Background(), "ann", "guess",
					access.Client{Address: "203.0.113." + string(rune('a'+i))})
				if errors.Is(err, access.ErrCredentials) {
					mu.Lock()
					reached++
					mu.Unlock()
				}
			})
		}
		wg.Wait()
		if reached != 5 {
			t.Fatalf("%d guesses reached the password", reached)
		}
	})
}

func TestPasswordsThatAreEasyToGuessAreRefused(t *testing.T) {
	each(t, func(w world) {
		for _, p := range []string{"short", "elevenchars", "password1234", "PASSWORD1234",
			"aaaaaaaaaaaaaa", "abababababab",
			"123456789012", "abcdefghijklm", "098765432109", "annie-annie-annie", strings.Repeat("x y", 60)} {
			_, err := w.Create(w.Context(), access.NewAccount{Login: "annie", Password: p,
				Role: access.Agent})
			if f, _ := fault.Of(err); f == nil || len(f.Fields) == 0 || f.Fields[0].Path != "password" {
				t.Errorf("%q: %v", p, err)
			}
		}
		for _, p := range []string{good, "纸上得来终觉浅绝知此事要躬行", "tr0ub4dor&3xyz"} {
			if _, err := w.Create(w.Context(),
				access.NewAccount{Login: "u" + p[:2], Password: p,
					Role: access.Agent}); err != nil {
				t.Errorf("%q: %v", p, err)
			}
		}
		all, err := w.List(w.Context())
		if err != nil || len(all) == 0 {
			t.Fatal(err)
		}
		for _, a := range all {
			if !strings.HasPrefix(a.Hash, "$argon2id$v=19$m=19456,t=2,p=1$") {
				t.Error(a.Hash)
			}
		}
	})
}

func TestTheFirstAccountNeedsTheTokenAndIsMadeOnce(t *testing.T) {
	each(t, func(w world) {
		token, err := w.SetupToken(w.Context())
		if err != nil || token == "" {
			t.Fatal(token, err)
		}
		found := func(token string) error {
			_, who, err := w.Found(context.Background(), token,
				access.NewAccount{Login: "root", Password: good}, here)
			if err == nil && who.Role != access.SuperAdmin {
				t.Error("the first account is no super admin")
			}
			return err
		}
		if err := found("wrong"); !errors.Is(err, access.ErrSetupToken) {
			t.Fatal(err)
		}
		w.clock.Advance(31 * time.Minute)
		if err := found(token); !errors.Is(err, access.ErrSetupToken) {
			t.Fatalf("an old token: %v", err)
		}
		if token, err = w.SetupToken(w.Context()); err != nil {
			t.Fatal(err)
		}
		var wg sync.WaitGroup
		errs := make([]error, 8)
		for i := range errs {
			wg.Go(func() { errs[i] = found(token) })
		}
		wg.Wait()
		made := 0
		for _, err := range errs {
			switch {
			case err == nil:
				made++
			case !errors.Is(err, access.ErrSetupToken) && !errors.Is(err, access.ErrSetupDone):
				t.Fatal(err)
			}
		}
		if made != 1 {
			t.Fatalf("%d first accounts", made)
		}
		if again, err := w.SetupToken(w.Context()); err != nil || again != "" {
			t.Fatalf("a token although there is an account: %q %v", again, err)
		}
	})
}

func TestNobodyLocksEverybodyOut(t *testing.T) {
	each(t, func(w world) {
		root, other := w.account("root", access.SuperAdmin), w.account("other", access.SuperAdmin)
		ctx := access.With(w.Context(), access.Identity{Account: root.ID, Role: access.SuperAdmin})
		yes, agent := true, access.Agent
		if _, err := w.Update(ctx, root.ID, 0, access.Change{Disabled: &yes}); !errors.Is(err,
			access.ErrYourself) {
			t.Fatal(err)
		}
		if _, err := w.Update(ctx, other.ID, 0, access.Change{Role: &agent}); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Update(w.Context(), root.ID, 0,
			access.Change{Disabled: &yes}); !errors.Is(err, access.ErrLastAdmin) {
			t.Fatal(err)
		}
		name := "x"
		if _, err := w.Update(ctx, other.ID, 1, access.Change{Name: &name}); !errors.Is(err,
			access.ErrStale) {
			t.Fatal(err)
		}
	})
}

func TestAKeyWorksUntilItEndsOrIsRevoked(t *testing.T) {
	each(t, func(w world) {
		k, text, err := w.CreateKey(w.Context(), "ci", access.Analyst, w.clock.Now().Add(time.Hour))
		if err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(text, "tuma_") || strings.Contains(string(k.Hash), text) {
			t.Fatal(text)
		}
		who, err := w.ByKey(w.Context(), text)
		if err != nil || !who.May(access.ReadTraces) || who.May(access.EditCodes) {
			t.Fatalf("%+v %v", who, err)
		}
		for _, wrong := range []string{"", "tuma_", text[:len(text)-1], text + "0",
			strings.ToUpper(text)} {
			if who, err := w.ByKey(w.Context(), wrong); err != nil || who.Known() {
				t.Fatalf("%q is known: %v", wrong, err)
			}
		}
		_, second, err := w.CreateKey(w.Context(), "ci", access.Analyst, time.Time{})
		if err != nil {
			t.Fatal(err)
		}
		w.clock.Advance(time.Hour)
		if who, _ := w.ByKey(w.Context(), text); who.Known() {
			t.Fatal("the key outlived its end")
		}
		who, _ = w.ByKey(w.Context(), second)
		if err := w.RevokeKey(w.Context(), who.Key); err != nil {
			t.Fatal(err)
		}
		if who, _ := w.ByKey(w.Context(), second); who.Known() {
			t.Fatal("the key outlived its revocation")
		}
		if _, _, err := w.CreateKey(w.Context(), "ci", access.Agent,
			w.clock.Now().AddDate(2, 0, 0)); err == nil {
			t.Fatal("a key for two years")
		}
	})
}

func TestWhatIsKeptGivesNoSecretAway(t *testing.T) {
	each(t, func(w world) {
		w.account("ann", access.Operations)
		token := w.login("ann")
		_, key, err := w.CreateKey(w.Context(), "ci", access.Analyst, time.Time{})
		if err != nil {
			t.Fatal(err)
		}
		rows, err := audit.List(w.Context(), w.DB.Read(), audit.Filter{}, 0, 100)
		if err != nil || len(rows) != 3 {
			t.Fatal(len(rows), err)
		}
		for _, r := range rows {
			for _, d := range r.Detail.V.Diff {
				for _, secret := range []string{token, key, good, "argon2"} {
					if strings.Contains(d.Before+d.After, secret) {
						t.Errorf("%s %s shows a secret", r.Action, d.Field)
					}
				}
			}
		}
		var n int64
		q := "select count(*) from session where token_hash = ?"
		if err := w.DB.Read().QueryRow(w.Context(), q,
			[]byte(token)).Scan(&n); err != nil || n != 0 {
			t.Fatalf("the token itself is kept: %v", err)
		}
	})
}

func TestADepartmentReachesThoseBelowIt(t *testing.T) {
	each(t, func(w world) {
		err := w.DB.InTx(w.Context(), func(tx *db.Tx) error {
			for _, q := range []string{
				"insert into department (wecom_id, parent, name, synced_at) values (1, 0, 'all', 0), (2, 1, 'north', 0), (3, 2, 'city', 0), (4, 1, 'south', 0)",
				"insert into staff (id, userid, name, departments, status, follows, daily_cap, synced_at) values (10, 'a', 'a', '[2]', 1, 1, 1, 0), (11, 'b', 'b', '[3,4]', 1, 1, 1, 0), (12, 'c', 'c', '[4]', 1, 1, 1, 0)",
			} {
				if _, err := tx.Exec(w.Context(), q); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		for name, c := range map[string]struct {
			who   access.Identity
			all   bool
			staff int
			depts int
		}{
			"nobody": {access.Identity{}, false, 0, 0},
			"all":    {access.Identity{Account: 1, Scope: access.All}, true, 0, 0},
			"own": {access.Identity{Account: 1, Scope: access.Own, Staff: 12}, false,
				1, 0},
			"north": {access.Identity{Account: 1, Scope: access.Department,
				Department: 2}, false, 2, 2},
			"no department set": {access.Identity{Account: 1, Scope: access.Department}, false, 0,
				0},
		} {
			r, err := c.who.Reach(w.Context(), w.DB.Read())
			if err != nil || r.Everything != c.all || len(r.Staff) != c.staff || len(r.Depts) != c.depts {
				t.Errorf("%s: %+v %v", name, r, err)
			}
		}
	})
}
