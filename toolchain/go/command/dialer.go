package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	"golang.org/x/crypto/ssh"
)

// sshd drops logins at random once ten are under way (MaxStartups 10:30:100), so fewer are made.
const maxLogins = 8

const (
	firstPause = 200 * time.Millisecond
	lastPause  = 5 * time.Second
)

// permanent is an error that another attempt cannot cure.
type permanent struct{ error }

func (p permanent) Unwrap() error { return p.error }

// dialer makes SSH connections: few logins at a time, and one connection for each bastion.
type dialer struct {
	logins   chan struct{}
	mu       sync.Mutex
	bastions map[string]*bastion
}

// bastion is a shared connection, or one being made: those who wait share its outcome, else each
// would in turn try a bastion that does not answer.
type bastion struct {
	made   chan struct{} // closed once client or err is set
	client *ssh.Client
	err    error
	gone   chan struct{} // closed once the connection has ended
}

func newDialer() *dialer {
	return &dialer{logins: make(chan struct{}, maxLogins), bastions: map[string]*bastion{}}
}

// connect logs in to the host that a connection input describes. The caller closes the client.
func (d *dialer) connect(ctx context.Context, connection fields, note func(string)) (*ssh.Client, error) {
	target := endpointOf(connection)
	proxy, proxied := connection.object("proxy")
	if !proxied {
		return d.attempt(ctx, target, note, func() (*ssh.Client, error) { return d.login(ctx, target, nil) })
	}
	via := endpointOf(proxy)
	// A bastion that is away is waited for once, not once for each attempt at the target.
	if _, err := d.through(ctx, via, note); err != nil {
		return nil, fmt.Errorf("proxy: %w", err)
	}
	return d.attempt(ctx, target, note, func() (*ssh.Client, error) {
		client, err := d.through(ctx, via, note)
		if err != nil {
			return nil, permanent{fmt.Errorf("proxy: %w", err)}
		}
		return d.login(ctx, target, client)
	})
}

// through gives the shared connection to a bastion, made anew if the former has ended.
func (d *dialer) through(ctx context.Context, e endpoint, note func(string)) (*ssh.Client, error) {
	d.mu.Lock()
	b := d.bastions[e.identity()]
	mine := b == nil || b.ended()
	if mine {
		b = &bastion{made: make(chan struct{}), gone: make(chan struct{})}
		d.bastions[e.identity()] = b
	}
	d.mu.Unlock()
	if mine {
		b.client, b.err = d.attempt(ctx, e, note, func() (*ssh.Client, error) { return d.login(ctx, e, nil) })
		if b.err != nil {
			close(b.gone)
		} else {
			go func() { _ = b.client.Wait(); close(b.gone) }()
		}
		close(b.made)
	}
	select {
	case <-b.made:
		return b.client, b.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (b *bastion) ended() bool {
	select {
	case <-b.gone:
		return true
	default:
		return false
	}
}

// attempt repeats a login until it succeeds, its error limit is reached or the context ends.
func (d *dialer) attempt(
	ctx context.Context, e endpoint, note func(string), try func() (*ssh.Client, error),
) (*ssh.Client, error) {
	pause := firstPause
	for failed := 0; ; {
		client, err := try()
		if err == nil {
			return client, nil
		}
		failed++
		if never := (permanent{}); errors.As(err, &never) {
			return nil, never.error
		}
		if ctx.Err() != nil {
			return nil, fmt.Errorf("unable to log in to %s: %w; last error: %w", e, ctx.Err(), err)
		}
		if e.dialErrorLimit >= 0 && failed > e.dialErrorLimit {
			return nil, fmt.Errorf("unable to log in to %s: %d attempts failed: %w", e, failed, err)
		}
		note(fmt.Sprintf("login to %s failed (%d of %s): %v", e, failed, limitText(e.dialErrorLimit), err))
		// Some disorder keeps commands that failed together from coming back together.
		wait := pause + time.Duration(rand.Int64N(int64(pause)/2))
		select {
		case <-ctx.Done():
		case <-time.After(wait):
		}
		pause = min(pause*8/5, lastPause)
	}
}

// login makes one attempt. It holds a slot for its own time only: neither for pauses nor while it
// waits for a bastion, which needs a slot itself.
func (d *dialer) login(ctx context.Context, e endpoint, via *ssh.Client) (*ssh.Client, error) {
	select {
	case d.logins <- struct{}{}:
		defer func() { <-d.logins }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	return e.dialOnce(ctx, via)
}

func limitText(limit int) string {
	if limit < 0 {
		return "unlimited"
	}
	return fmt.Sprint(limit)
}
