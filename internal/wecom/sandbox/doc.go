// Package sandbox is a WeCom (企业微信) that speaks HTTP: its API under
// /cgi-bin, encrypted callbacks, and the other side of it all: staff, groups
// and people who scan, add, join, reply and leave. The product talks to it
// exactly as to the real one, and has nothing here that WeCom does not offer.
//
// A sandbox never passes for a real corp: its corp id starts with "sb_", its
// secrets are made on first start, and it serves loopback addresses only.
//
// World time is Options.Clock plus an offset that tests advance. Time on the
// wire (latency, callback retries) is the machine's.
//
// # Control API
//
// JSON in, JSON out; a refusal is {"error": "…"} with status 4xx. This is the
// side of the phones and of the WeCom admin console, not of the API.
//
//	GET    /sandbox/api/state                      counts, clock, credentials' ids
//	GET    /sandbox/api/people?q=&limit=           people; POST makes one (random when empty)
//	GET    /sandbox/api/people/{id}                one person; PATCH edits
//	GET    /sandbox/api/people/{id}/chats          staff and groups the person talks with
//	GET    /sandbox/api/people/{id}/chats/{chat}   messages with staff userid or in chat id
//	GET    /sandbox/api/staff                      staff; POST makes one
//	PATCH  /sandbox/api/staff/{userid}             edits (status, licence, console welcome)
//	GET    /sandbox/api/staff/{userid}/inbox       app messages received
//	GET    /sandbox/api/groups                     groups; POST {name, owner, members} makes one
//	PATCH  /sandbox/api/groups/{chat}              edits name, notice, owner, admins
//	DELETE /sandbox/api/groups/{chat}              the owner dismisses it
//	GET    /sandbox/api/apps                       apps; PATCH /sandbox/api/apps/{agent} edits
//	POST   /sandbox/api/apps/{agent}/token         {do: invalidate | expire | rotate}
//	POST   /sandbox/api/actions                    one Action, see Actions
//	POST   /sandbox/api/simulate                   many people at once, see Simulation
//	GET    /sandbox/api/clock                      world time; POST {advance: "20s"}
//	GET    /sandbox/api/rules                      Rules; PATCH changes some
//	GET    /sandbox/api/faults                     Faults; POST adds one, DELETE removes all
//	DELETE /sandbox/api/faults/{id}                removes one
//	GET    /sandbox/api/callbacks                  switches and counts; PATCH changes switches
//	POST   /sandbox/api/callbacks/drain            waits until nothing is queued
//	POST   /sandbox/api/callbacks/verify           verifies the callback URL, as saving it does
//	GET    /sandbox/api/config                     callback URL; PATCH {url, token, aes_key}
//	GET    /sandbox/api/calls                      last 500 API calls; DELETE forgets them
//	GET    /sandbox/api/codes                      codes to scan; POST {items: [{name, url}]} sets
//	GET    /sandbox/api/resolve?text=              what a scanned text is
//	POST   /sandbox/api/decode                     {person, src | image}: reads a QR picture
//	POST   /sandbox/api/visit                      {person, url, act}: opens a page, follows its QR code
//
// The phone page is at /sandbox/phone; it opens the product's pages through
// /sandbox/browse/{person}?url=… so that every person has cookies of their own.
package sandbox
