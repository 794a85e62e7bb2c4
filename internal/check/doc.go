// Package check is the harness that measures and breaks Tuma from outside: it
// starts the real program, drives it over HTTP as customers' phones do, kills
// it and its database, and afterwards compares what customers were told with
// what the database holds.
//
// Its parts are a driver (clients that note what they asked, when, and what
// they were told), a nemesis (kill -9 of nodes and of PostgreSQL), the history
// and the checkers. A request whose answer never came may have happened; a run
// with too few answers or too few faults is invalid, not green; and the
// checkers are themselves checked, by seeding defects they must report.
package check
