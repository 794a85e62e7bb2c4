//go:build !chaos

package scan

import "context"

// mutant is empty in every build but the chaos harness's: the compiler drops
// what it guards.
const mutant = ""

const mutantSkipLocked = "skip_locked"

func (k *Desk) mutated(context.Context, Visit) (Outcome, error) { panic("no mutant") }
