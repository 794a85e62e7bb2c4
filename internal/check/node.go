package check

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// compile builds a command of this module into dir and returns its path.
func compile(ctx context.Context, dir, command, tags string) (string, error) {
	root, err := exec.CommandContext(ctx, "go", "env", "GOMOD").Output()
	if err != nil {
		return "", fmt.Errorf("cannot find the source: %w", err)
	}
	mod := strings.TrimSpace(string(root))
	if filepath.Base(mod) != "go.mod" {
		return "", errors.New("run this inside the source tree: it builds the program it checks")
	}
	out := filepath.Join(dir, command+tags)
	build := exec.CommandContext(ctx, "go", "build", "-tags", tags, "-o", out, "./cmd/"+command)
	build.Dir = filepath.Dir(mod)
	if text, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("cannot build %s: %w: %s", command, err, text)
	}
	return out, nil
}

// process is a server that the harness runs, and kills.
type process struct {
	bin, addr string
	args, env []string
	log       string // where its output goes
	ready     string // path that answers 200 once it serves
	cmd       *exec.Cmd
	ended     chan struct{}
}

// newNode is a node of Tuma on data. database is empty for SQLite.
func newNode(bin, data, database string, env ...string) (*process, error) {
	port, err := freePort()
	if err != nil {
		return nil, err
	}
	addr := fmt.Sprintf("127.0.0.1:%d", port)
	args := []string{"serve", "--data", data, "--addr", addr}
	if database != "" {
		args = append(args, "--database", database)
	}
	return &process{bin: bin, addr: addr, args: args, env: env, log: data + ".log", ready: "/readyz"}, nil
}

// start runs the process and waits until it is ready.
func (p *process) start(ctx context.Context) error {
	log, err := os.OpenFile(p.log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer log.Close() //nolint:errcheck // the process has its own
	p.cmd = exec.Command(p.bin, p.args...)
	p.cmd.Env = append(os.Environ(), p.env...)
	p.cmd.Stdout, p.cmd.Stderr = log, log
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := p.cmd.Start(); err != nil {
		return fmt.Errorf("cannot start %s: %w", p.bin, err)
	}
	ended := make(chan struct{})
	p.ended = ended
	go func(cmd *exec.Cmd) {
		cmd.Wait() //nolint:errcheck // it is ended by us
		close(ended)
	}(p.cmd)
	return p.awaitReady(ctx)
}

func (p *process) awaitReady(ctx context.Context) error {
	c := newConn(p.addr)
	defer c.close()
	for deadline := time.Now().Add(30 * time.Second); time.Now().Before(deadline); time.Sleep(2 * time.Millisecond) {
		if a, err := c.get(p.ready, ""); err == nil && a.status == 200 {
			return nil
		}
		select {
		case <-p.ended:
			return fmt.Errorf("%s ended before it was ready:\n%s", filepath.Base(p.bin), tail(p.log))
		case <-ctx.Done():
			return ctx.Err()
		default:
		}
	}
	return fmt.Errorf("%s did not become ready:\n%s", filepath.Base(p.bin), tail(p.log))
}

// kill ends the process as a power cut would, as far as a process can tell.
func (p *process) kill() { p.end(syscall.SIGKILL) }

// stop lets the process end by itself.
func (p *process) stop() { p.end(syscall.SIGTERM) }

func (p *process) end(sig syscall.Signal) {
	if p.cmd == nil {
		return
	}
	p.cmd.Process.Signal(sig) //nolint:errcheck // it may be gone
	select {
	case <-p.ended:
	case <-time.After(30 * time.Second):
		p.cmd.Process.Kill() //nolint:errcheck // it may be gone
		<-p.ended
	}
	p.cmd = nil
}

// rss is the resident memory of the process in megabytes, 0 when unknown.
func (p *process) rss() int {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.cmd.Process.Pid))
	if err != nil {
		return 0
	}
	_, rest, _ := strings.Cut(string(b), "VmRSS:")
	var kb int
	fmt.Sscan(rest, &kb) //nolint:errcheck // stays 0
	return kb / 1024
}

// cpu is the processor time the process has used.
func (p *process) cpu() time.Duration {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", p.cmd.Process.Pid))
	if err != nil {
		return 0
	}
	_, rest, _ := strings.Cut(string(b), ") ")
	f := strings.Fields(rest)
	if len(f) < 13 {
		return 0
	}
	user, err1 := strconv.Atoi(f[11])
	system, err2 := strconv.Atoi(f[12])
	if err1 != nil || err2 != nil {
		return 0
	}
	return time.Duration(user+system) * 10 * time.Millisecond // ticks of 1/100 s
}

// tail is the end of a log.
func tail(name string) string {
	b, err := os.ReadFile(name)
	if err != nil {
		return ""
	}
	return string(b[max(0, len(b)-2000):])
}
