package wecom

import "iter"

// maxPages bounds every listing: WeCom's data is not ours, and a cursor that
// never ends must not keep us for ever.
const maxPages = 1000

const maxCursor = 4096

// pages walks a listing page by page. It stops at the first error, which it
// yields with a zero item.
func pages[T any](
	op string, fetch func(cursor string) (items []T, next string, err error),
) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var zero T
		seen := map[string]bool{"": true}
		cursor := ""
		for range maxPages {
			items, next, err := fetch(cursor)
			if err != nil {
				yield(zero, err)
				return
			}
			for _, item := range items {
				if !yield(item, nil) {
					return
				}
			}
			if next == "" {
				return
			}
			if seen[next] || len(next) > maxCursor {
				yield(zero, &Error{Op: op, Class: Malformed, Msg: "the listing repeats its cursor"})
				return
			}
			seen[next] = true
			cursor = next
		}
		yield(zero, &Error{Op: op, Class: Malformed, Msg: "the listing does not end"})
	}
}

// collect reads a whole listing.
func collect[T any](seq iter.Seq2[T, error]) ([]T, error) {
	var all []T
	for item, err := range seq {
		if err != nil {
			return nil, err
		}
		all = append(all, item)
	}
	return all, nil
}
