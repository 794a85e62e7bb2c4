package clock

import (
	"context"
	"errors"
	"testing"
	"time"
)

func TestAManualClockWakesThoseWhoseTimeHasCome(t *testing.T) {
	t.Parallel()
	c := NewManual(time.Unix(0, 0))
	early, late := c.After(time.Second), c.After(time.Minute)
	c.Advance(time.Second)
	select {
	case <-early:
	default:
		t.Fatal("a second has passed and nobody was told")
	}
	select {
	case <-late:
		t.Fatal("woken before time")
	default:
	}
	c.Advance(time.Minute)
	if got := <-late; !got.Equal(time.Unix(61, 0)) {
		t.Fatalf("woken at %v", got)
	}
}

func TestSleepEndsWithItsContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := Sleep(ctx, NewManual(time.Unix(0, 0)), time.Hour); !errors.Is(err, context.Canceled) {
		t.Fatalf("got %v", err)
	}
}
