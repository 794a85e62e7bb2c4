// Package carrier keeps what WeCom holds for us: for each live code and target
// one join way (加入群聊) or contact way (联系我), whose QR code the customer
// presses. What we want is stored; a job brings it to WeCom, and nothing there
// is ever deleted and made again, because its QR code would die.
package carrier

import (
	"encoding/json"
	"strings"

	"github.com/tuma-live/tuma/internal/base/db"
	"github.com/tuma-live/tuma/internal/base/fault"
	"github.com/tuma-live/tuma/internal/base/ident"
)

type kind struct{}

func (kind) Prefix() string { return "ca" }

// ID is the id of a carrier.
type ID = ident.ID[kind]

// Kind says what a carrier is at WeCom.
type Kind string

// The kinds.
const (
	Group Kind = "group" // a join way with exactly one group
	Staff Kind = "staff" // a contact way with exactly one member
	Auto  Kind = "auto"  // a pool's join way that lets WeCom open the next group
)

// The states of a carrier.
const (
	Pending  = "pending"  // WeCom does not have what we want yet
	Creating = "creating" // asked WeCom to make it; the answer has not come
	Ready    = "ready"
	Failed   = "failed" // a person must do something; Error says what
)

// Carrier is one configuration at WeCom.
type Carrier struct {
	ID        ID      `db:"id"`
	Code      int64   `db:"code"`
	Target    int64   `db:"target"` // group, staff member, or (Auto) pool
	Kind      Kind    `db:"kind"`
	Token     string  `db:"token"` // its state at WeCom, by which callbacks name it
	ConfigID  string  `db:"config_id"`
	QRURL     string  `db:"qr_url"`
	QRAsset   string  `db:"qr_asset"` // hash of the picture
	Want      string  `db:"want"`     // a Config
	Have      string  `db:"have"`     // the Config WeCom confirmed
	State     string  `db:"state"`
	Error     string  `db:"error"`
	Attempts  int64   `db:"attempts"` // to make it
	SyncedAt  db.Time `db:"synced_at"`
	CreatedAt db.Time `db:"created_at"`
}

// ErrNotFound says that there is no such carrier.
var ErrNotFound = fault.New(fault.NotFound, "carrier.not_found")

// The faults a carrier can have; each names who must act.
var (
	ErrStaff   = fault.New(fault.Conflict, "carrier.staff_problem") // args name, problem
	ErrGroup   = fault.New(fault.Conflict, "carrier.group_problem") // args name, problem
	ErrRefused = fault.New(fault.Conflict, "carrier.wecom_refused") // args code
	ErrPicture = fault.New(fault.Conflict, "carrier.picture")       // the QR image cannot be used
	ErrLost    = fault.New(fault.Conflict, "carrier.lost")          // WeCom no longer knows the config
	ErrUnknown = fault.New(fault.Conflict, "carrier.unknown")       // WeCom never answers to making it
)

// Config is what a carrier shall be at WeCom.
type Config struct {
	Remark string   `json:"remark"`
	Users  []string `json:"users,omitempty"`
	Chats  []string `json:"chats,omitempty"`
	Base   string   `json:"base,omitempty"`   // Auto: name of the groups WeCom opens
	Number int64    `json:"number,omitempty"` // Auto: of the first one; later WeCom counts
}

func (c Config) text() string {
	b, _ := json.Marshal(c) // strings and numbers only
	return string(b)
}

func configOf(text string) (c Config, err error) {
	err = json.Unmarshal([]byte(text), &c)
	return c, err
}

// settled says that WeCom has what we want and we have its picture.
func (c Carrier) settled() bool {
	return c.State == Ready && c.Have == c.Want && c.QRAsset != "" && c.ConfigID != ""
}

// Fault is why the carrier failed, or nil.
func (c Carrier) Fault() *fault.Fault {
	if c.Error == "" {
		return nil
	}
	parts := strings.Split(c.Error, "|")
	f := fault.New(fault.Conflict, parts[0])
	for _, p := range parts[1:] {
		key, value, _ := strings.Cut(p, "=")
		f = f.With(key, value)
	}
	return f
}

// errorText writes a fault the way Fault reads it.
func errorText(f *fault.Fault) string {
	var b strings.Builder
	b.WriteString(f.Code)
	for _, key := range []string{"code", "name", "problem"} {
		if v, ok := f.Args[key]; ok {
			b.WriteString("|" + key + "=" + strings.ReplaceAll(v, "|", " "))
		}
	}
	return b.String()
}

// remark names the code in WeCom's lists; WeCom cuts at 30 characters.
func remark(codeName string) string {
	rs := []rune("途码 " + codeName)
	return string(rs[:min(len(rs), 30)])
}
