package scan

// slot is a place in the page that a visit fills in.
type slot uint8

const (
	corp      slot = iota // verified name of the company
	title                 // what the operator calls this
	subtitle              // one more line
	name                  // the group or staff member
	guide                 // what to do with the QR, in the operator's words
	notice                // what the operator wants known before
	contact               // how to reach a person
	tel                   // a telephone number found in contact
	diag                  // the diagnosis code
	scanID                // the scan's id, for beacons
	slug                  // the code's slug, for beacons
	self                  // this page's own address
	path                  // this page's own path
	qr                    // address of the QR image
	joined                // people in the group
	limit                 // the most it may have
	rest                  // how many more may come in
	atLeast               // joined, rounded down to a fifty
	left                  // seats left, when few
	opens                 // when the code starts to serve
	inDays                // …in so many days
	inHours               // …hours
	inMinutes             // …minutes
	privacy               // address of the privacy policy
	// Flags: empty or not.
	isGroup
	isStaff
	isNear
	isLast
	isPlenty
	isCode // shows the QR of a target
	isJoined
	isFull
	isNotYet
	isExpired
	isPaused
	isDraft
	isMissing
	isFailed
	isSoft
	isScreen  // a desktop browser: scan this page's own QR
	isNeutral // no seat was asked for
	outside   // a phone, but not in WeChat
	onScreen  // WeChat on a computer
	isAway    // decided without the ledger
	isScript  // the page may run its script
	slots
)

var slotNames = map[string]slot{
	"corp": corp, "title": title, "subtitle": subtitle, "name": name, "guide": guide,
	"notice": notice, "contact": contact, "tel": tel, "diag": diag, "scan": scanID, "slug": slug,
	"self": self, "path": path, "qr": qr, "joined": joined, "limit": limit, "rest": rest,
	"atleast": atLeast, "left": left, "opens": opens, "days": inDays, "hours": inHours,
	"minutes": inMinutes, "privacy": privacy,
	"isgroup": isGroup, "isstaff": isStaff, "isnear": isNear, "islast": isLast,
	"isplenty": isPlenty, "iscode": isCode, "isjoined": isJoined, "isfull": isFull,
	"isnotyet": isNotYet, "isexpired": isExpired, "ispaused": isPaused, "isdraft": isDraft,
	"ismissing": isMissing, "isfailed": isFailed, "issoft": isSoft, "isscreen": isScreen,
	"isneutral": isNeutral, "outside": outside, "onscreen": onScreen, "isaway": isAway,
	"isscript": isScript,
}

const yes = "1"
