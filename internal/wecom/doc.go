// Package wecom is WeCom's server API in WeCom's own words: one method per
// endpoint, its names and its fields, so its documentation reads beside ours.
//
// What every call needs is in call: the access token (shared, refreshed once),
// the budget of each endpoint, retries where they are safe, redaction and the
// call log. A refusal is an *Error with the operation, WeCom's code and a Class
// that says what can be done.
//
// An endpoint that makes something new on every call is never repeated after
// an answer that leaves open whether it worked: it returns the class Unknown,
// and the caller looks before it tries again.
package wecom
