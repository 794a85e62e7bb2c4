package callback

import (
	"strconv"
	"strings"
)

// event picks the fields of an Event out of a payload.
func (f fields) event() Event {
	e := Event{
		ToUser:     f.text("tousername"),
		FromUser:   f.text("fromusername"),
		CreateTime: f.time("createtime"),
		MsgType:    f.text("msgtype"),
		MsgID:      f.text("msgid"),
		Content:    f.text("content"),
		AgentID:    f.text("agentid"),
		Event:      f.text("event"),
		ChangeType: f.text("changetype"),
	}
	f.customer(&e)
	f.chat(&e)
	f.directory(&e)
	f.card(&e)
	return e
}

func (f fields) customer(e *Event) {
	e.UserID = f.text("userid")
	e.ExternalUserID = f.text("externaluserid")
	e.State = f.text("state")
	e.WelcomeCode = f.text("welcomecode")
	e.Source = f.text("source")
	e.FailReason = f.text("failreason")
	e.LinkID = f.text("linkid")
	e.ChatKey = f.text("chatkey")
	e.ExpireTime = f.time("expiretime")
	e.ExpireQuotaNum = f.number("expirequotanum")
}

func (f fields) chat(e *Event) {
	e.ChatID = f.text("chatid")
	e.UpdateDetail = f.text("updatedetail")
	e.JoinScene = f.number("joinscene")
	e.QuitScene = f.number("quitscene")
	e.MemChangeCnt = f.number("memchangecnt")
	e.MemChangeList = f.list("memchangelist")
	e.LastMemVer = f.text("lastmemver")
	e.CurMemVer = f.text("curmemver")
}

func (f fields) directory(e *Event) {
	e.ID = f.text("id")
	e.TagType = f.text("tagtype")
	e.StrategyID = f.text("strategyid")
	e.NewUserID = f.text("newuserid")
	e.StaffName = f.text("name")
	e.Status = f.number("status")
	e.ParentID = f.text("parentid")
	for _, part := range f.list("department") {
		for d := range strings.SplitSeq(part, ",") {
			if n, err := strconv.ParseInt(strings.TrimSpace(d), 10, 64); err == nil {
				e.Department = append(e.Department, n)
			}
		}
	}
}

func (f fields) card(e *Event) {
	e.EventKey = f.text("eventkey")
	e.TaskID = f.text("taskid")
	e.CardType = f.text("cardtype")
	e.ResponseCode = f.text("responsecode")
	e.JobID = f.text("jobid")
	if e.JobID == "" {
		e.JobID = fieldsOf(f["batchjob"]).text("jobid")
	}
	e.SelectedItems = selectedItems(f["selecteditems"].children)
}

// selectedItems looks through the array that the JSON form wraps the items in.
func selectedItems(es []element) []SelectedItem {
	var out []SelectedItem
	for _, c := range es {
		item := fieldsOf(c)
		key := item.text("questionkey")
		if key == "" {
			out = append(out, selectedItems(c.children)...)
			continue
		}
		options := item.list("optionids")
		if options == nil {
			options = item.list("opitonids") // as some payloads spell it
		}
		out = append(out, SelectedItem{key, options})
	}
	return out
}
