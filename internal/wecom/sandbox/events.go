package sandbox

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"strconv"
	"strings"
)

// Event is what a callback says: fields in WeCom's names and order.
type Event struct {
	Name   string       `json:"name"` // Event element
	Change string       `json:"change"`
	Fields []EventField `json:"fields"`
}

// EventField is one element. Items make it a list of Item elements.
type EventField struct {
	Name     string   `json:"name"`
	Value    string   `json:"value,omitempty"`
	Number   bool     `json:"number,omitempty"` // written bare, not as CDATA
	Optional bool     `json:"optional,omitempty"`
	Items    []string `json:"items,omitempty"`
	From     bool     `json:"from,omitempty"` // takes the place of FromUserName sys
}

const (
	externalContact = "change_external_contact"
	externalChat    = "change_external_chat"
)

func text(name, value string) EventField { return EventField{Name: name, Value: value} }

func number(name string, n int) EventField {
	return EventField{Name: name, Value: strconv.Itoa(n), Number: true}
}

func optional(name, value string) []EventField {
	if value == "" {
		return nil
	}
	return []EventField{{Name: name, Value: value, Optional: true}}
}

func contactEvent(change, userid, person string, more ...EventField) Event {
	who := []EventField{text("UserID", userid), text("ExternalUserID", person)}
	return Event{externalContact, change, append(who, more...)}
}

func contactEdited(r *Relation, person string) Event {
	return contactEvent("edit_external_contact", r.UserID, person, optional("State", r.State)...)
}

func chatEvent(change, chat string, more ...EventField) Event {
	return Event{externalChat, change, append([]EventField{text("ChatId", chat)}, more...)}
}

func tagChanged(change, id, kind string) Event {
	return Event{"change_external_tag", change, []EventField{text("Id", id), text("TagType", kind)}}
}

func linkEvent(change string, fields ...EventField) Event {
	return Event{"customer_acquisition", change, fields}
}

func staffEvent(change, userid string, more ...EventField) Event {
	return Event{"change_contact", change, append([]EventField{text("UserID", userid)}, more...)}
}

// plaintext is the message inside the callback, as the switches want it.
func (e Event) plaintext(corp string, created int64, sw Switches) []byte {
	change := e.Change
	if sw.UnknownChange {
		change = "sandbox_future_change"
	}
	from := "sys"
	head := []EventField{text("ToUserName", corp)}
	var rest []EventField
	for _, f := range e.Fields {
		switch {
		case f.From:
			from = f.Value
		case !f.Optional || !sw.OmitOptional:
			rest = append(rest, f)
		}
	}
	head = append(head, text("FromUserName", from),
		EventField{Name: "CreateTime", Value: strconv.FormatInt(created, 10), Number: true},
		text("MsgType", "event"), text("Event", e.Name))
	if change != "" {
		head = append(head, text("ChangeType", change))
	}
	fields := append(head, rest...)
	if sw.JSON {
		return jsonEvent(fields)
	}
	return xmlEvent(fields, sw.PlainText)
}

func xmlEvent(fields []EventField, plain bool) []byte {
	var b bytes.Buffer
	b.WriteString("<xml>")
	for _, f := range fields {
		fmt.Fprintf(&b, "<%s>", f.Name)
		switch {
		case f.Items != nil:
			for _, item := range f.Items {
				fmt.Fprintf(&b, "<Item>%s</Item>", xmlText(item, plain))
			}
		case f.Number:
			b.WriteString(f.Value)
		default:
			b.WriteString(xmlText(f.Value, plain))
		}
		fmt.Fprintf(&b, "</%s>", f.Name)
	}
	b.WriteString("</xml>")
	return b.Bytes()
}

func xmlText(s string, plain bool) string {
	if !plain {
		return "<![CDATA[" + strings.ReplaceAll(s, "]]>", "]]]]><![CDATA[>") + "]]>"
	}
	var b bytes.Buffer
	// EscapeText writes to memory, which does not fail.
	_ = xml.EscapeText(&b, []byte(s))
	return b.String()
}

func jsonEvent(fields []EventField) []byte {
	var b bytes.Buffer
	b.WriteByte('{')
	for i, f := range fields {
		if i > 0 {
			b.WriteByte(',')
		}
		var v any = f.Value
		if f.Items != nil {
			v = map[string]any{"Item": f.Items}
		} else if f.Number {
			v = json.RawMessage(f.Value)
		}
		name, _ := encodeJSON(f.Name)
		value, _ := encodeJSON(v)
		b.WriteString(name + ":" + value)
	}
	b.WriteByte('}')
	return b.Bytes()
}
