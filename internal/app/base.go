package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"syscall"

	"github.com/tuma-live/tuma/internal/base/clock"
	"github.com/tuma-live/tuma/internal/base/db"
	"github.com/tuma-live/tuma/internal/base/seal"
	"github.com/tuma-live/tuma/internal/schema"
)

// Base is what every command needs: the data folder, the keys, the database.
type Base struct {
	Config Config
	Log    *slog.Logger
	Clock  clock.Clock
	DB     *db.DB
	Ring   *seal.Ring

	cfg  settled
	lock *os.File
	node *node
}

// ErrInUse is returned when another process uses the data folder.
var ErrInUse = errors.New("another Tuma uses this data folder: stop it first, or choose another with --data")

// OpenBase opens the data folder and the database and brings its schema up to
// date. On SQLite it is refused while another process has the folder.
func OpenBase(ctx context.Context, c Config, log *slog.Logger) (*Base, error) {
	cfg, err := c.settle()
	if err != nil {
		return nil, err
	}
	b := &Base{Config: cfg.Config, cfg: cfg, Log: log, Clock: clock.System{}}
	if err := b.open(ctx); err != nil {
		b.Close()
		return nil, err
	}
	return b, nil
}

func (b *Base) open(ctx context.Context) (err error) {
	if err := os.MkdirAll(b.Config.Data, 0o700); err != nil {
		return fmt.Errorf("cannot make the data folder: %w", err)
	}
	if b.Config.onSQLite() {
		if err := b.own(); err != nil {
			return err
		}
	}
	if b.Ring, err = b.keys(); err != nil {
		return err
	}
	if b.DB, err = db.Open(ctx, b.Config.databaseURL()); err != nil {
		return err
	}
	if err := schema.Up(ctx, b.DB); err != nil {
		return err
	}
	if b.node, err = claimNode(ctx, b.DB, b.Clock); err != nil {
		return err
	}
	return b.sameKeys(ctx)
}

// ErrOtherKeys is returned when the database was sealed with other keys.
var ErrOtherKeys = errors.New("this database belongs to other keys:" +
	" copy keys.json of the first node into this data folder, or set TUMA_KEYS to its content")

// sameKeys checks that the keys are those this database was begun with:
// printed codes are signed and people are found by them.
func (b *Base) sameKeys(ctx context.Context) error {
	var known string
	err := b.DB.InTx(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(ctx, "insert into setting (key, value, updated_at) values ('keys', ?, ?)"+
			" on conflict do nothing", b.Ring.Fingerprint(), b.Clock.Now().UnixMicro())
		if err != nil {
			return err
		}
		return tx.QueryRow(ctx, "select value from setting where key = 'keys'").Scan(&known)
	})
	if err != nil {
		return fmt.Errorf("cannot compare the keys: %w", err)
	}
	if known != b.Ring.Fingerprint() {
		return ErrOtherKeys
	}
	return nil
}

func (b *Base) keys() (*seal.Ring, error) {
	if b.Config.Keys != "" {
		return seal.Parse(b.Clock, []byte(b.Config.Keys))
	}
	return seal.Load(b.Clock, b.Config.keyFile())
}

// Network file systems do not keep SQLite's locks, and lose data.
const (
	nfsMagic  = 0x6969
	smbMagic  = 0x517b
	cifsMagic = 0xff534d42
	smb2Magic = 0xfe534d42
)

// own makes the data folder ours until Close.
func (b *Base) own() error {
	var fs syscall.Statfs_t
	if err := syscall.Statfs(b.Config.Data, &fs); err != nil {
		return fmt.Errorf("cannot look at the data folder: %w", err)
	}
	switch uint32(fs.Type) {
	case nfsMagic, smbMagic, cifsMagic, smb2Magic:
		return fmt.Errorf("the data folder %s is on a network file system, where SQLite loses data:"+
			" use a local disk, or --database postgres://…", b.Config.Data)
	}
	f, err := os.OpenFile(filepath.Join(b.Config.Data, "tuma.lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return fmt.Errorf("cannot lock the data folder: %w", err)
	}
	b.lock = f
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		return fmt.Errorf("%w (%s)", ErrInUse, b.Config.Data)
	}
	return nil
}

// Close gives everything back.
func (b *Base) Close() error {
	var err error
	if b.node != nil {
		b.node.release()
	}
	if b.DB != nil {
		err = b.DB.Close()
	}
	if b.lock != nil {
		err = errors.Join(err, b.lock.Close()) // and with it the lock
	}
	return err
}
