package main

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"sync"
)

// previous is what the last run of the same resource printed.
type previous struct{ stdout, stderr string }

// environment names the variables by which a command sees its previous output. Empty ones are not set.
func (p previous) environment() map[string]string {
	all := map[string]string{}
	if p.stdout != "" {
		all["PULUMI_COMMAND_STDOUT"] = p.stdout
	}
	if p.stderr != "" {
		all["PULUMI_COMMAND_STDERR"] = p.stderr
	}
	return all
}

// capture collects both streams of a command, keeps them in their common order for error messages,
// and passes on complete lines as they come.
type capture struct {
	mu                    sync.Mutex
	stdout, stderr, mixed bytes.Buffer
}

// stream is one of the two streams; report may be nil.
func (c *capture) stream(buffer *bytes.Buffer, report func(string)) *lineWriter {
	return &lineWriter{capture: c, buffer: buffer, report: report}
}

// streams gives writers for stdout and stderr that report according to a logging mode.
func (c *capture) streams(mode string, report func(string)) (out, err *lineWriter) {
	pick := func(wanted bool) func(string) {
		if wanted {
			return report
		}
		return nil
	}
	both := mode == "stdoutAndStderr"
	return c.stream(&c.stdout, pick(both || mode == "stdout")),
		c.stream(&c.stderr, pick(both || mode == "stderr"))
}

func (c *capture) result() previous {
	c.mu.Lock()
	defer c.mu.Unlock()
	return previous{
		stdout: strings.TrimSuffix(c.stdout.String(), "\n"),
		stderr: strings.TrimSuffix(c.stderr.String(), "\n"),
	}
}

func (c *capture) everything() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.mixed.String()
}

// failed is the error of a command that did not succeed: how it ended, then what it printed. The command
// itself is left out: scripts have thousands of characters, and may hold what is no one's business.
func failed(err error, seen *capture) error {
	return fmt.Errorf("%w:\n%s", err, seen.everything())
}

type lineWriter struct {
	capture *capture
	buffer  *bytes.Buffer
	report  func(string)
	rest    []byte
}

var _ io.Writer = (*lineWriter)(nil)

func (w *lineWriter) Write(p []byte) (int, error) {
	w.capture.mu.Lock()
	w.buffer.Write(p)
	w.capture.mixed.Write(p)
	w.capture.mu.Unlock()
	if w.report == nil {
		return len(p), nil
	}
	w.rest = append(w.rest, p...)
	for {
		end := bytes.IndexByte(w.rest, '\n')
		if end < 0 {
			return len(p), nil
		}
		w.report(strings.TrimSuffix(string(w.rest[:end]), "\r"))
		w.rest = w.rest[end+1:]
	}
}

// flush reports a last line without a line end.
func (w *lineWriter) flush() {
	if w.report != nil && len(w.rest) > 0 {
		w.report(string(w.rest))
		w.rest = nil
	}
}
