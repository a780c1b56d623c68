package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"sort"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"golang.org/x/crypto/ssh"
)

func values(m map[string]any) resource.PropertyMap { return resource.NewPropertyMapFromMap(m) }

func silent(string) {}

func TestCheckNamesWhatIsMissingOrOfWrongType(t *testing.T) {
	failures := check(members[remoteCommand], values(map[string]any{
		"create": 5.0, "logging": "loud", "connection": map[string]any{"proxy": map[string]any{"host": "b"}},
	}))
	var got []string
	for _, f := range failures {
		got = append(got, f.Property)
	}
	sort.Strings(got)
	if want := []string{"connection.host", "create", "logging"}; !slices.Equal(got, want) {
		t.Errorf("got %v; want %v", got, want)
	}
}

func TestCheckLetsUnknownValuesPass(t *testing.T) {
	inputs := values(map[string]any{"create": "x"})
	inputs["connection"] = resource.MakeComputed(resource.NewStringProperty(""))
	if failures := check(members[remoteCommand], inputs); len(failures) != 0 {
		t.Errorf("got %v; want none", failures)
	}
}

func TestConnectionIsAlwaysSecret(t *testing.T) {
	inputs := values(map[string]any{"connection": map[string]any{"host": "h"}})
	protect(members[remoteCommand], inputs)
	if !inputs["connection"].IsSecret() {
		t.Error("connection is not secret")
	}
}

func TestDiff(t *testing.T) {
	before := map[string]any{"create": "a", "triggers": []any{1.0}}
	cases := map[string]struct {
		after    map[string]any
		changed  []string
		replaces []string
	}{
		"nothing":                {map[string]any{"create": "a", "triggers": []any{1.0}}, nil, nil},
		"a command updates":      {map[string]any{"create": "b", "triggers": []any{1.0}}, []string{"create"}, nil},
		"a trigger replaces":     {map[string]any{"create": "a", "triggers": []any{2.0}}, []string{"triggers"}, []string{"triggers"}},
		"a new trigger replaces": {map[string]any{"create": "a", "triggers": []any{1.0, 2.0}}, []string{"triggers"}, []string{"triggers"}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			got := diff(members[localCommand], values(before), values(c.after))
			if !slices.Equal(got.Diffs, c.changed) || !slices.Equal(got.Replaces, c.replaces) {
				t.Errorf("got %v replacing %v; want %v replacing %v", got.Diffs, got.Replaces, c.changed, c.replaces)
			}
			for path, change := range got.DetailedDiff {
				if strings.HasPrefix(path, "triggers") && !strings.HasSuffix(change.Kind.String(), "_REPLACE") {
					t.Errorf("%s: got %s; want a replacement", path, change.Kind)
				}
			}
		})
	}
}

func TestDiffIgnoresOutputsAndSecretMarks(t *testing.T) {
	olds := values(map[string]any{"create": "a", "stdout": "1"})
	news := resource.PropertyMap{"create": resource.MakeSecret(resource.NewStringProperty("a"))}
	if got := diff(members[localCommand], olds, news); got.Changes != pulumirpc.DiffResponse_DIFF_NONE {
		t.Errorf("got %v; want no change", got.Diffs)
	}
}

func TestLocalCommandSeesStdinEnvironmentAndPreviousOutput(t *testing.T) {
	in := fieldsOf(values(map[string]any{"stdin": "in", "environment": map[string]any{"A": "a"}}))
	got, err := runLocal(context.Background(), in, `cat; echo "-$A-$PULUMI_COMMAND_STDOUT"; echo no >&2`,
		previous{stdout: "before"}, silent)
	if want := (previous{"in-a-before", "no"}); err != nil || got != want {
		t.Errorf("got %+v, %v; want %+v", got, err, want)
	}
}

func TestLocalCommandFailureShowsBothStreams(t *testing.T) {
	_, err := runLocal(context.Background(), fields{}, "echo out; echo err >&2; exit 3", previous{}, silent)
	if err == nil || !strings.Contains(err.Error(), "exit status 3") ||
		!strings.Contains(err.Error(), "out") || !strings.Contains(err.Error(), "err") {
		t.Errorf("got %v", err)
	}
}

func TestLocalCommandFailureDoesNotQuoteTheCommand(t *testing.T) {
	_, err := runLocal(context.Background(), fields{}, "# marker\necho 'a \"b\"' >&2; exit 3", previous{}, silent)
	if want := "exit status 3:\na \"b\"\n"; err == nil || err.Error() != want {
		t.Errorf("got %v; want %q", err, want)
	}
}

func TestCancelledLocalCommandTakesItsChildrenWithIt(t *testing.T) {
	ctx, cancel := context.WithTimeout(context.Background(), 100*time.Millisecond)
	defer cancel()
	began := time.Now()
	if _, err := runLocal(ctx, fields{}, "sleep 60 & wait", previous{}, silent); err == nil {
		t.Error("got no error")
	}
	if took := time.Since(began); took > 3*time.Second {
		t.Errorf("took %s: a child held the streams", took)
	}
}

func TestLoggingModeChoosesStreams(t *testing.T) {
	for mode, want := range map[string][]string{
		"stdout": {"a"}, "stderr": {"b"}, "stdoutAndStderr": {"a", "b"}, "none": nil,
	} {
		var got []string
		var seen capture
		out, err := seen.streams(mode, func(line string) { got = append(got, line) })
		_, _ = out.Write([]byte("a\n"))
		_, _ = err.Write([]byte("b"))
		out.flush()
		err.flush()
		if !slices.Equal(got, want) {
			t.Errorf("%s: got %v; want %v", mode, got, want)
		}
	}
}

func TestLaterGlobsDecide(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"a.txt", "sub/b.txt", "sub/secret.txt"} {
		file := filepath.Join(dir, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(file), 0o755), os.WriteFile(file, nil, 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	found, err := matching(dir, []string{"**.txt", "!**secret*"})
	var got []string
	for name := range found {
		got = append(got, name)
	}
	sort.Strings(got)
	if want := []string{"a.txt", "sub/b.txt"}; err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, %v; want %v", got, err, want)
	}
}

func TestLoginsStopAtTheErrorLimit(t *testing.T) {
	var tries int
	_, err := newDialer().attempt(context.Background(), endpoint{dialErrorLimit: 1}, silent,
		func() (*ssh.Client, error) { tries++; return nil, errors.New("refused") })
	if err == nil || tries != 2 {
		t.Errorf("got %d tries, %v; want 2 and an error", tries, err)
	}
}

func TestLoginsDoNotRepeatWhatCannotSucceed(t *testing.T) {
	var tries int
	_, err := newDialer().attempt(context.Background(), endpoint{dialErrorLimit: -1}, silent,
		func() (*ssh.Client, error) { tries++; return nil, permanent{errors.New("bad key")} })
	if err == nil || tries != 1 {
		t.Errorf("got %d tries, %v; want 1 and an error", tries, err)
	}
}

func TestThoseWhoWaitForABastionShareItsFailure(t *testing.T) {
	d := newDialer()
	e := endpoint{host: "127.0.0.1", port: 1, dialErrorLimit: 1} // nothing listens on tcpmux
	var failed atomic.Int32
	var all sync.WaitGroup
	began := time.Now()
	for range 20 {
		all.Go(func() {
			if _, err := d.through(context.Background(), e, silent); err != nil {
				failed.Add(1)
			}
		})
	}
	all.Wait()
	if took := time.Since(began); failed.Load() != 20 || took > 2*time.Second {
		t.Errorf("got %d failures in %s; want 20 in the time of one", failed.Load(), took)
	}
}
