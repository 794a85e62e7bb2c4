package app

import (
	"bufio"
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/tuma-live/tuma/internal/base/db"
)

// The anchor is a file beside the database with lines "seq hash time" of the
// audit log. Who can write the database alone cannot cut the log's tail, or
// write it anew, without the anchor telling.

func anchorFile(c Config) string { return filepath.Join(c.Data, "audit.anchor") }

// anchor adds the newest row of the audit log to the anchor.
func (s *Server) anchor(ctx context.Context) error {
	var seq int64
	var hash []byte
	err := s.DB.Read().QueryRow(ctx, "select seq, hash from audit order by seq desc limit 1").Scan(&seq, &hash)
	if db.NoRows(err) || err == nil && seq == s.anchored {
		return nil
	}
	if err != nil {
		return fmt.Errorf("cannot read the audit log: %w", err)
	}
	f, err := os.OpenFile(anchorFile(s.Config), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("cannot open the audit anchor: %w", err)
	}
	_, err = fmt.Fprintf(f, "%d %x %d\n", seq, hash, s.Clock.Now().Unix())
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("cannot write the audit anchor: %w", err)
	}
	s.anchored = seq
	return nil
}

// anchored says whether every anchored row is still in the log as it was.
func anchored(ctx context.Context, c Config, d *db.DB) error {
	b, err := os.ReadFile(anchorFile(c))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	for lines := bufio.NewScanner(bytes.NewReader(b)); lines.Scan(); {
		var seq, at int64
		var text string
		if _, err := fmt.Sscan(lines.Text(), &seq, &text, &at); err != nil {
			continue // the last line of a crash
		}
		want, err := hex.DecodeString(text)
		if err != nil {
			continue
		}
		var have []byte
		err = d.Read().QueryRow(ctx, "select hash from audit where seq = ?", seq).Scan(&have)
		if err != nil || !bytes.Equal(have, want) {
			return fmt.Errorf("row %d is not the one that was anchored", seq)
		}
	}
	return nil
}
