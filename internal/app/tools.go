package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/alecthomas/kong"
	"github.com/knadh/koanf/parsers/yaml"

	"github.com/tuma-live/tuma/internal/base/clock"
	"github.com/tuma-live/tuma/internal/base/db"
	"github.com/tuma-live/tuma/internal/base/fault"
	"github.com/tuma-live/tuma/internal/base/ident"
	"github.com/tuma-live/tuma/internal/core/access"
	"github.com/tuma-live/tuma/internal/core/audit"
	"github.com/tuma-live/tuma/internal/schema"
)

// toolNode is the node number of commands that run beside the server.
const toolNode = ident.MaxNodes - 1

// withAccess runs f on the accounts of an installation, also while its server runs.
func withAccess(ctx context.Context, c Config, f func(context.Context, *access.Service) error) error {
	if err := os.MkdirAll(c.Data, 0o700); err != nil {
		return fmt.Errorf("cannot make the data folder: %w", err)
	}
	d, err := db.Open(ctx, c.databaseURL())
	if err != nil {
		return err
	}
	defer d.Close() //nolint:errcheck // everything is committed
	if err := schema.Up(ctx, d); err != nil {
		return err
	}
	d.IDs = ident.NewSource(clock.System{}, toolNode, 0)
	ctx = audit.As(ctx, audit.Actor{Kind: "system", Name: "command line"})
	return explain(f(ctx, access.New(d, clock.System{})))
}

// explain names the wrong inputs of a fault, which has no form to show them in.
func explain(err error) error {
	f, ok := fault.Of(err)
	if !ok || len(f.Fields) == 0 {
		return err
	}
	var all []string
	for _, x := range f.Fields {
		all = append(all, x.Path+": "+x.Code)
	}
	return errors.New(strings.Join(all, "; "))
}

// CreateAccount adds an account.
func CreateAccount(ctx context.Context, c Config, _ *slog.Logger, n access.NewAccount) error {
	return withAccess(ctx, c, func(ctx context.Context, s *access.Service) error {
		_, err := s.Create(ctx, n)
		return err
	})
}

// CreateKey adds an API key and returns it.
func CreateKey(ctx context.Context, c Config, _ *slog.Logger, name string, r access.Role, life time.Duration) (text string, err error) {
	err = withAccess(ctx, c, func(ctx context.Context, s *access.Service) error {
		_, text, err = s.CreateKey(ctx, name, r, clock.System{}.Now().Add(life-time.Hour))
		return err
	})
	return text, err
}

// YAML reads a configuration file for kong: the names are those of the flags.
func YAML(r io.Reader) (kong.Resolver, error) {
	b, err := io.ReadAll(r)
	if err != nil {
		return nil, err
	}
	values, err := yaml.Parser().Unmarshal(b)
	if err != nil {
		return nil, fmt.Errorf("cannot read the configuration file: %w", err)
	}
	return file(values), nil
}

// file is the values of a configuration file.
type file map[string]any

// Resolve implements kong.Resolver. The environment goes over the file, which
// kong by itself would do the other way round.
func (f file) Resolve(_ *kong.Context, _ *kong.Path, flag *kong.Flag) (any, error) {
	for _, name := range flag.Envs {
		if _, set := os.LookupEnv(name); set {
			return nil, nil
		}
	}
	return f[flag.Name], nil
}

// Validate implements kong.Resolver: a name that no command knows is a mistake.
func (f file) Validate(app *kong.Application) error {
	known := map[string]bool{}
	var visit func(n *kong.Node)
	visit = func(n *kong.Node) {
		for _, flag := range n.Flags {
			known[flag.Name] = true
		}
		for _, child := range n.Children {
			visit(child)
		}
	}
	visit(app.Node)
	for _, name := range slices.Sorted(maps.Keys(f)) {
		if !known[name] {
			return fmt.Errorf("the configuration file says %q, which is no option", name)
		}
	}
	return nil
}
