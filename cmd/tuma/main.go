// Command tuma is the whole product: the server, the WeCom sandbox, and the
// tools to run them.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/alecthomas/kong"

	"github.com/tuma-live/tuma/internal/app"
	"github.com/tuma-live/tuma/internal/base/clock"
	"github.com/tuma-live/tuma/internal/core/access"
	"github.com/tuma-live/tuma/internal/schema"
	"github.com/tuma-live/tuma/internal/wecom/sandbox"
)

// version and commit are set when the program is built.
var version, commit = "dev", "unknown"

type cli struct {
	Config kong.ConfigFlag `help:"YAML file with the same names as the flags." env:"TUMA_CONFIG"`

	Serve   serveCmd   `cmd:"" help:"Run the server."`
	Sandbox sandboxCmd `cmd:"" help:"Run the WeCom sandbox alone, for any WeCom software."`
	Migrate migrateCmd `cmd:"" help:"Bring the database to this version's schema."`
	Backup  backupCmd  `cmd:"" help:"Write a consistent copy of the SQLite database."`
	Restore restoreCmd `cmd:"" help:"Put a backup in the place of the database."`
	Doctor  doctorCmd  `cmd:"" help:"Check the installation and its data."`
	Keys    struct {
		Rotate rotateCmd `cmd:"" help:"Add a new key; the old ones go on opening and verifying."`
	} `cmd:"" help:"Encryption and signing keys."`
	Admin struct {
		Create adminCmd `cmd:"" help:"Create an account; its password is read from standard input."`
	} `cmd:"" help:"Accounts."`
	Apikey struct {
		Create keyCmd `cmd:"" help:"Create an API key; it is printed once."`
	} `cmd:"" name:"apikey" help:"API keys."`
	Version versionCmd `cmd:"" help:"Show the version."`
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	app.Version = version
	syscall.Umask(0o077) // what we write is ours alone
	if len(os.Args) > 1 && os.Args[1] == "help" {
		os.Args = append(append(os.Args[:1:1], os.Args[2:]...), "--help")
	}
	var c cli
	k := kong.Parse(&c, kong.Name("tuma"), kong.UsageOnError(), kong.Configuration(app.YAML),
		kong.Description("Tuma 途码: live codes for WeCom, self-hosted."),
		kong.BindTo(ctx, (*context.Context)(nil)))
	if err := k.Run(); err != nil {
		fmt.Fprintln(os.Stderr, "tuma:", err)
		os.Exit(1)
	}
}

func logger(c app.Config) *slog.Logger {
	var level slog.Level
	_ = level.UnmarshalText([]byte(c.LogLevel)) // one of four, checked by the flag
	o := &slog.HandlerOptions{Level: level}
	if c.LogFormat == "json" {
		return slog.New(slog.NewJSONHandler(os.Stderr, o))
	}
	return slog.New(slog.NewTextHandler(os.Stderr, o))
}

type serveCmd struct {
	app.Config `embed:""`
	Demo       bool `help:"Also run a sandbox corp with staff, groups, codes and 90 days of data."`
}

func (c *serveCmd) Run(ctx context.Context) error {
	s, err := app.Open(ctx, c.Config, c.Demo, logger(c.Config))
	if err != nil {
		return err
	}
	return s.Run(ctx, os.Stdout)
}

type sandboxCmd struct {
	Addr     string `help:"Loopback address to listen on." default:"127.0.0.1:8090"`
	Callback string `help:"Where callbacks are sent."`
	State    string `help:"File to keep the corp in; without one it is gone at the end." type:"path"`
	Product  string `help:"Origin the phone may browse, such as http://127.0.0.1:8080."`
}

func (c *sandboxCmd) Run(ctx context.Context) error {
	box, err := sandbox.New(sandbox.Options{
		Clock: clock.System{}, CallbackURL: c.Callback, State: c.State, Latency: sandbox.RealLatency,
		BaseURL: "http://" + c.Addr, ProductOrigin: c.Product, Logger: logger(app.Config{LogLevel: "info"}),
	})
	if err != nil {
		return err
	}
	defer box.Close() //nolint:errcheck // at the end
	l, err := box.Listen(c.Addr)
	if err != nil {
		return err
	}
	b, err := json.MarshalIndent(box.Credentials(), "", "  ")
	if err != nil {
		return err
	}
	fmt.Printf("WeCom sandbox: http://%s\nPhone: http://%s/sandbox/phone\nCorp: %s\n", c.Addr, c.Addr, b)
	return box.Serve(ctx, l)
}

type migrateCmd struct {
	app.Config `embed:""`
}

func (c *migrateCmd) Run(ctx context.Context) error {
	b, err := app.OpenBase(ctx, c.Config, logger(c.Config))
	if err != nil {
		return err
	}
	fmt.Printf("the schema is at version %d\n", schema.Latest())
	return b.Close()
}

type backupCmd struct {
	app.Config `embed:""`
	File       string `arg:"" help:"File to write." type:"path"`
}

func (c *backupCmd) Run(ctx context.Context) error {
	if err := app.Backup(ctx, c.Config, c.File); err != nil {
		return err
	}
	fmt.Printf("wrote %s; keep it apart from keys.json, which opens it\n", c.File)
	return nil
}

type restoreCmd struct {
	app.Config `embed:""`
	File       string `arg:"" help:"Backup to restore." type:"existingfile"`
}

func (c *restoreCmd) Run(ctx context.Context) error { return app.Restore(ctx, c.Config, c.File) }

type doctorCmd struct {
	app.Config `embed:""`
}

func (c *doctorCmd) Run(ctx context.Context) error {
	broken := 0
	for _, f := range app.Doctor(ctx, c.Config) {
		mark := "ok  "
		if !f.OK {
			mark = "FAIL"
			broken++
		}
		fmt.Printf("%s %s %s\n", mark, f.Check, f.Detail)
	}
	if broken > 0 {
		return fmt.Errorf("%d checks failed", broken)
	}
	return nil
}

type rotateCmd struct {
	app.Config `embed:""`
}

func (c *rotateCmd) Run() error {
	if err := app.RotateKeys(c.Config); err != nil {
		return err
	}
	fmt.Println("a new key takes over in two minutes; copy keys.json to the other nodes now")
	return nil
}

type adminCmd struct {
	app.Config `embed:""`
	Login      string `help:"Login name." required:""`
	Role       string `help:"super_admin, operations, analyst or agent." required:""`
	Name       string `help:"Name shown to others; default the login."`
}

func (c *adminCmd) Run(ctx context.Context) error {
	password, err := bufio.NewReader(os.Stdin).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return fmt.Errorf("cannot read the password from standard input: %w", err)
	}
	return app.CreateAccount(ctx, c.Config, logger(c.Config), access.NewAccount{
		Login: c.Login, Name: c.Name, Role: access.Role(c.Role), Password: strings.TrimRight(password, "\r\n"),
	})
}

type keyCmd struct {
	app.Config `embed:""`
	Name       string `help:"What the key is for." required:""`
	Scope      string `help:"Role whose permissions the key has." required:""`
	Days       int    `help:"How many days it is good for, at most 365." default:"365"`
}

func (c *keyCmd) Run(ctx context.Context) error {
	until := time.Duration(c.Days) * 24 * time.Hour
	key, err := app.CreateKey(ctx, c.Config, logger(c.Config), c.Name, access.Role(c.Scope), until)
	if err != nil {
		return err
	}
	fmt.Println(key)
	return nil
}

type versionCmd struct {
	JSON bool `name:"json" help:"As JSON."`
}

func (c *versionCmd) Run() error {
	if c.JSON {
		return json.NewEncoder(os.Stdout).Encode(map[string]any{
			"version": version, "commit": commit, "schema": schema.Latest(),
		})
	}
	fmt.Printf("tuma %s (%s), schema %d\n", version, commit, schema.Latest())
	return nil
}
