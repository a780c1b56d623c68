package main

import (
	"context"
	"fmt"
	"strings"

	"golang.org/x/crypto/ssh"
)

// runRemote runs a command line on the host of the connection input and gives what it printed.
func (s *server) runRemote(
	ctx context.Context, in fields, line string, prev previous, say reporter,
) (previous, error) {
	connection, _ := in.object("connection")
	client, err := s.dialer.connect(ctx, connection, say.status)
	if err != nil {
		return previous{}, err
	}
	defer func() { _ = client.Close() }()
	session, err := client.NewSession()
	if err != nil {
		return previous{}, fmt.Errorf("unable to open an ssh session: %w", err)
	}
	defer func() { _ = session.Close() }()

	if err := setEnvironment(session, in, prev, say); err != nil {
		return previous{}, err
	}
	if input := in.textOr("stdin", ""); input != "" {
		session.Stdin = strings.NewReader(input)
	}
	var seen capture
	stdout, stderr := seen.streams(in.textOr("logging", "stdoutAndStderr"), say.status)
	session.Stdout, session.Stderr = stdout, stderr

	// sshd passes the signal on, but not to commands of root: those lose their streams, and end when
	// they next write. Closing the connection ends the wait in any case.
	stop := context.AfterFunc(ctx, func() {
		_ = session.Signal(ssh.SIGTERM)
		_ = client.Close()
	})
	defer stop()
	err = session.Run(line)
	stdout.flush()
	stderr.flush()
	if ctx.Err() != nil {
		err = ctx.Err()
	}
	if err != nil {
		return previous{}, failed(err, &seen)
	}
	return seen.result(), nil
}

// setEnvironment asks sshd to set variables. Most servers accept only LANG and LC_*: for the
// program's own variables that is an error, for the previous output it is not.
func setEnvironment(session *ssh.Session, in fields, prev previous, say reporter) error {
	for name, value := range in.textMap("environment") {
		if err := session.Setenv(name, value); err != nil {
			return fmt.Errorf("environment: sshd refuses the variable %q: %w; allow it by AcceptEnv, "+
				"or write it before the command as NAME=value", name, err)
		}
	}
	if !in.flagOr("addPreviousOutputInEnv", true) {
		return nil
	}
	for name, value := range prev.environment() {
		if err := session.Setenv(name, value); err != nil {
			say.debug(fmt.Sprintf("sshd refuses the variable %q: %v", name, err))
		}
	}
	return nil
}
