package callback

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Event is what a decrypted callback says, in WeCom's words. A field that a
// payload does not have is zero. Values are as WeCom sent them: unknown change
// types, scenes and states arrive unchanged.
type Event struct {
	ToUser     string
	FromUser   string // "sys", or the userid for app events
	CreateTime time.Time
	MsgType    string // "event", or "text" and its like
	MsgID      string // messages only; events have none
	Content    string // text messages only
	AgentID    string
	Event      string
	ChangeType string

	// change_external_contact
	UserID         string
	ExternalUserID string
	State          string // contact way's state, or a link's customer_channel
	WelcomeCode    string // good for 20 seconds and one use
	Source         string // DELETE_BY_TRANSFER
	FailReason     string // customer_refused, customer_limit_exceed

	// change_external_chat
	ChatID        string
	UpdateDetail  string   // add_member, del_member, change_owner …
	JoinScene     int      // of add_member: 0 invited, 3 scanned a QR code
	QuitScene     int      // of del_member: 0 left, 1 removed
	MemChangeCnt  int      // people who came or went
	MemChangeList []string // who; older payloads do not say
	LastMemVer    string   // differs from what we stored: an event was missed
	CurMemVer     string

	// change_external_tag, and the parties of change_contact
	ID         string
	TagType    string // tag, tag_group
	StrategyID string

	// customer_acquisition
	LinkID         string
	ChatKey        string
	ExpireTime     time.Time
	ExpireQuotaNum int

	// change_contact
	NewUserID  string // set when the userid was changed
	StaffName  string // the element Name: of staff, or of a department
	Department []int64
	Status     int // 1 active, 2 disabled, 4 not activated, 5 left
	ParentID   string

	// template_card_event and jobs
	EventKey      string
	TaskID        string
	CardType      string
	ResponseCode  string
	SelectedItems []SelectedItem
	JobID         string
}

// SelectedItem is one answered question of a template card.
type SelectedItem struct {
	QuestionKey string
	OptionIDs   []string
}

// Name is how the table of plans calls the event: event and change type, such
// as "change_external_chat/update"; the event alone where there is no change
// type; "message/text" for a message.
func (e Event) Name() string {
	switch {
	case e.Event == "" && e.MsgType == "":
		return ""
	case e.Event == "":
		return "message/" + e.MsgType
	case e.ChangeType == "":
		return e.Event
	}
	return e.Event + "/" + e.ChangeType
}

// Parse reads a decrypted callback, XML or JSON. It fails only for bytes that
// are neither; an event nobody knows is still an Event.
func Parse(plaintext []byte) (Event, error) {
	if len(plaintext) > MaxBody {
		return Event{}, fmt.Errorf("cannot parse callback: %w", reject("body too large"))
	}
	scan := scanXML
	if isJSON(plaintext) {
		scan = scanJSON
	}
	root, err := scan(plaintext, maxPayload)
	if err != nil {
		return Event{}, fmt.Errorf("cannot parse callback: %w", err)
	}
	return fieldsOf(root).event(), nil
}

// fields finds elements whatever their capitals: the JSON form and older
// payloads spell ChatId, chat_id and ChatID alike.
type fields map[string]element

func fieldsOf(e element) fields {
	f := make(fields, len(e.children))
	for _, c := range e.children {
		key := fold(c.name)
		if _, taken := f[key]; !taken { // the first one counts
			f[key] = c
		}
	}
	return f
}

func fold(name string) string {
	return strings.ToLower(strings.ReplaceAll(name, "_", ""))
}

func (f fields) text(name string) string { return clean(f[name].text) }

// clean makes text that every database stores.
func clean(s string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(s, "\ufffd"), "\x00", "")
}

// number reads an int; one that is none, or is out of all reason, is zero.
func (f fields) number(name string) int {
	n, err := strconv.ParseInt(strings.TrimSpace(f.text(name)), 10, 32)
	if err != nil {
		return 0
	}
	return int(n)
}

func (f fields) time(name string) time.Time {
	n, ok := digits(strings.TrimSpace(f.text(name)))
	if !ok || n == 0 || n > 1<<36 { // beyond the year 4000
		return time.Time{}
	}
	return time.Unix(n, 0).UTC()
}

// list reads <MemChangeList><Item>a</Item>…; text directly inside is one item.
func (f fields) list(name string) []string {
	e := f[name]
	if len(e.children) == 0 {
		if v := clean(e.text); v != "" {
			return []string{v}
		}
		return nil
	}
	return texts(e.children)
}

// texts collects leaves, looking through the wrapper the JSON form may have.
func texts(es []element) []string {
	var out []string
	for _, e := range es {
		if len(e.children) > 0 {
			out = append(out, texts(e.children)...)
		} else if v := clean(e.text); v != "" {
			out = append(out, v)
		}
	}
	return out
}
