package main

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"
)

// endPatience is how long a cancelled command may take to end by itself.
const endPatience = 5 * time.Second

// runLocal runs a command line on this machine and gives what it printed.
func runLocal(ctx context.Context, in fields, line string, prev previous, report func(string)) (previous, error) {
	argv := in.texts("interpreter")
	if len(argv) == 0 {
		argv = []string{"/bin/sh", "-c"}
	}
	argv = append(argv, line)
	cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
	cmd.Dir = in.textOr("dir", "")
	cmd.Env = os.Environ()
	for name, value := range in.textMap("environment") {
		cmd.Env = append(cmd.Env, name+"="+value)
	}
	if in.flagOr("addPreviousOutputInEnv", true) {
		for name, value := range prev.environment() {
			cmd.Env = append(cmd.Env, name+"="+value)
		}
	}
	if input := in.textOr("stdin", ""); input != "" {
		cmd.Stdin = strings.NewReader(input)
	}
	// A group of its own, so that a cancelled command takes its children with it.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGTERM) }
	cmd.WaitDelay = endPatience

	var seen capture
	stdout, stderr := seen.streams(in.textOr("logging", "stdoutAndStderr"), report)
	cmd.Stdout, cmd.Stderr = stdout, stderr
	err := cmd.Run()
	stdout.flush()
	stderr.flush()
	if ctx.Err() != nil && cmd.Process != nil {
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
	}
	if errors.Is(err, exec.ErrWaitDelay) && ctx.Err() == nil {
		err = nil // a background child still holds the streams; the command itself has succeeded
	}
	if err != nil {
		return previous{}, failed(err, &seen)
	}
	return seen.result(), nil
}
