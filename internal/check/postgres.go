package check

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
)

// postgres is a private PostgreSQL server that can be crashed. Its settings of
// durability are the defaults: fsync and synchronous_commit are on.
type postgres struct {
	bin, dir string
	port     int
	as       *syscall.SysProcAttr // PostgreSQL refuses to run as root
	cmd      *exec.Cmd
	ended    chan struct{}
}

// startPostgres makes and starts a server in dir.
func startPostgres(ctx context.Context, dir string) (*postgres, error) {
	bin, err := postgresBin()
	if err != nil {
		return nil, err
	}
	port, err := freePort()
	if err != nil {
		return nil, err
	}
	p := &postgres{bin: bin, dir: dir, port: port}
	if err := p.becomeUser(); err != nil {
		return nil, err
	}
	init := exec.CommandContext(ctx, filepath.Join(bin, "initdb"), "-D", p.data(), "-A", "trust", "-U", "postgres")
	init.SysProcAttr, init.Dir = p.as, dir
	if out, err := init.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("cannot make a PostgreSQL database: %w: %s", err, out)
	}
	return p, p.start(ctx)
}

func postgresBin() (string, error) {
	if path, err := exec.LookPath("initdb"); err == nil {
		return filepath.Dir(path), nil
	}
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if err != nil || len(found) == 0 {
		return "", errors.New("PostgreSQL is not installed: initdb was not found")
	}
	slices.Sort(found)
	return filepath.Dir(found[len(found)-1]), nil
}

func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
}

// becomeUser makes the server run as user postgres where we are root.
func (p *postgres) becomeUser() error {
	p.as = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	if os.Getuid() != 0 {
		return nil
	}
	u, err := user.Lookup("postgres")
	if err != nil {
		return fmt.Errorf("cannot run PostgreSQL: %w", err)
	}
	uid, err1 := strconv.ParseUint(u.Uid, 10, 32)
	gid, err2 := strconv.ParseUint(u.Gid, 10, 32)
	if err := errors.Join(err1, err2); err != nil {
		return err
	}
	p.as.Credential = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
	return os.Chown(p.dir, int(uid), int(gid))
}

func (p *postgres) data() string { return filepath.Join(p.dir, "data") }

// url is the address of the database called name.
func (p *postgres) url(name string) string {
	return fmt.Sprintf("postgres://postgres@127.0.0.1:%d/%s", p.port, name)
}

// start runs the server and waits until it answers. After a kill -9 its orphans
// keep the shared memory for a moment, and a new server gives up: it is tried again.
func (p *postgres) start(ctx context.Context) error {
	if err := p.spawn(); err != nil {
		return err
	}
	for deadline := time.Now().Add(60 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		c, err := pgx.Connect(ctx, p.url("postgres"))
		if err == nil {
			return c.Close(ctx)
		}
		if time.Now().After(deadline) || ctx.Err() != nil {
			return fmt.Errorf("cannot reach PostgreSQL: %w", err)
		}
		select {
		case <-p.ended:
			if err := p.spawn(); err != nil {
				return err
			}
		default:
		}
	}
}

func (p *postgres) spawn() error {
	log, err := os.OpenFile(p.dir+".log", os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer log.Close() //nolint:errcheck // the server has its own
	p.cmd = exec.Command(filepath.Join(p.bin, "postgres"), "-D", p.data(), "-p", strconv.Itoa(p.port),
		"-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories="+p.dir, "-c", "max_connections=200")
	p.cmd.Stdout, p.cmd.Stderr, p.cmd.SysProcAttr, p.cmd.Dir = log, log, p.as, p.dir
	if err := p.cmd.Start(); err != nil {
		return fmt.Errorf("cannot start PostgreSQL: %w", err)
	}
	p.ended = make(chan struct{})
	go func(cmd *exec.Cmd, ended chan struct{}) {
		cmd.Wait() //nolint:errcheck // it is ended by us
		close(ended)
	}(p.cmd, p.ended)
	return nil
}

// create makes an empty database.
func (p *postgres) create(ctx context.Context, name string) (url string, err error) {
	c, err := pgx.Connect(ctx, p.url("postgres"))
	if err != nil {
		return "", fmt.Errorf("cannot reach PostgreSQL: %w", err)
	}
	defer c.Close(ctx) //nolint:errcheck // nothing was left to say
	if _, err := c.Exec(ctx, "create database "+name); err != nil {
		return "", fmt.Errorf("cannot make the database %s: %w", name, err)
	}
	return p.url(name), nil
}

// crash ends the server without a checkpoint, by an immediate stop or by
// killing the postmaster, and starts it again, so that it must recover from its
// log. It returns how long it was away.
func (p *postgres) crash(ctx context.Context, kill bool) (time.Duration, error) {
	began := time.Now()
	sig := syscall.SIGQUIT // what pg_ctl stop -m immediate sends
	if kill {
		sig = syscall.SIGKILL
	}
	if err := p.cmd.Process.Signal(sig); err != nil {
		return 0, fmt.Errorf("cannot crash PostgreSQL: %w", err)
	}
	<-p.ended
	err := p.start(ctx)
	return time.Since(began), err
}

// stop ends the server for good.
func (p *postgres) stop() {
	p.cmd.Process.Signal(syscall.SIGQUIT) //nolint:errcheck // it may be gone
	<-p.ended
}

// deadlocks counts those the server has had to break up.
func (p *postgres) deadlocks() int {
	b, err := os.ReadFile(p.dir + ".log")
	if err != nil {
		return 0
	}
	return bytes.Count(b, []byte("ERROR:  deadlock detected"))
}
