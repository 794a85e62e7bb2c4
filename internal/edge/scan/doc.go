// Package scan is the customer's door: the pages behind printed codes and
// shared links, the pictures on them, and what the pages tell back.
//
//	GET  /q/{slug}             a printed code; /q/{slug}.{material} one printed copy
//	GET  /l/{slug}             a shared link
//	POST /q/{slug}             the button of the soft page
//	GET  /q/img/{hash}         the QR of a target
//	GET  /q/self/{slug}        the QR of the page itself, for a computer's screen
//	POST /q/beacon             what the page tells: seen, pressed, came back
//
// A page never ends in an error: when something is away it says who to ask,
// with status 200. Only a slug that no code has answers 404, with a page too.
//
// The handler stands outside of web.Stack. It sets its own security headers,
// writes no log line for each request, and counts instead.
package scan
