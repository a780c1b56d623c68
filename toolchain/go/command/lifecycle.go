package main

import (
	"context"
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/protobuf/types/known/emptypb"
	"google.golang.org/protobuf/types/known/structpb"
)

func (s *server) Create(ctx context.Context, req *pulumirpc.CreateRequest) (*pulumirpc.CreateResponse, error) {
	inputs, err := receive(req.Properties)
	if err != nil {
		return nil, err
	}
	id := ""
	if !req.Preview {
		if id, err = resource.NewUniqueHex(resource.URN(req.Urn).Name(), 8, 0); err != nil {
			return nil, err
		}
	}
	state, err := s.apply(ctx, req.Urn, inputs, nil, []string{"create"}, req.Preview)
	return &pulumirpc.CreateResponse{Id: id, Properties: state}, err
}

func (s *server) Update(ctx context.Context, req *pulumirpc.UpdateRequest) (*pulumirpc.UpdateResponse, error) {
	inputs, err := receive(req.News)
	if err != nil {
		return nil, err
	}
	olds, err := receive(req.Olds)
	if err != nil {
		return nil, err
	}
	state, err := s.apply(ctx, req.Urn, inputs, olds, []string{"update", "create"}, req.Preview)
	return &pulumirpc.UpdateResponse{Properties: state}, err
}

func (s *server) Delete(ctx context.Context, req *pulumirpc.DeleteRequest) (*emptypb.Empty, error) {
	state, err := receive(req.Properties)
	if err != nil {
		return nil, err
	}
	if line, ok := fieldsOf(state).text("delete"); ok {
		ctx, done := s.operation(ctx)
		defer done()
		_, err = s.run(ctx, req.Urn, fieldsOf(state), line, lastRun(state))
	}
	return &emptypb.Empty{}, err
}

// apply does the work of a resource and gives its new state. The first input of lines that is set
// is the command to run.
func (s *server) apply(
	ctx context.Context, urn string, inputs, olds resource.PropertyMap, lines []string, preview bool,
) (*structpb.Struct, error) {
	state := inputs.Copy()
	ctx, done := s.operation(ctx)
	defer done()
	if resource.URN(urn).Type() == copyToRemote {
		if !preview && (olds == nil || differ(olds, inputs, "source", "remotePath")) {
			if err := s.copySource(ctx, fieldsOf(inputs), s.reporter(ctx, urn)); err != nil {
				return nil, err
			}
		}
		return send(state)
	}
	line, found := firstLine(fieldsOf(inputs), lines)
	outputs := resource.PropertyMap{}
	switch {
	case preview && (found || inputs.ContainsUnknowns()):
		for _, name := range []resource.PropertyKey{"stdout", "stderr"} {
			outputs[name] = resource.MakeComputed(resource.NewStringProperty(""))
		}
	case !found:
		keep(lastRun(olds), outputs)
	default:
		result, err := s.run(ctx, urn, fieldsOf(inputs), line, lastRun(olds))
		if err != nil {
			return nil, err
		}
		keep(result, outputs)
		if resource.URN(urn).Type() == localCommand {
			if err := collect(fieldsOf(inputs), outputs); err != nil {
				return nil, err
			}
		}
	}
	merge(state, outputs, inputs.ContainsSecrets())
	return send(state)
}

func (s *server) run(
	ctx context.Context, urn string, in fields, line string, prev previous,
) (previous, error) {
	say := s.reporter(ctx, urn)
	if resource.URN(urn).Type() == remoteCommand {
		return s.runRemote(ctx, in, line, prev, say)
	}
	return runLocal(ctx, in, line, prev, say.status)
}

// Invoke runs local.run, at previews too: that is what it is for.
func (s *server) Invoke(ctx context.Context, req *pulumirpc.InvokeRequest) (*pulumirpc.InvokeResponse, error) {
	if req.Tok != localRun {
		return nil, fmt.Errorf("function %q: unknown; this plugin, which was built here, has %s", req.Tok, localRun)
	}
	inputs, err := receive(req.Args)
	if err != nil {
		return nil, err
	}
	if failures := check(members[localRun], inputs); len(failures) > 0 {
		return &pulumirpc.InvokeResponse{Failures: failures}, nil
	}
	ctx, done := s.operation(ctx)
	defer done()
	in := fieldsOf(inputs)
	result, err := runLocal(ctx, in, in.textOr("command", ""), previous{}, s.reporter(ctx, "").status)
	if err != nil {
		return nil, err
	}
	outputs := resource.PropertyMap{}
	keep(result, outputs)
	if err := collect(in, outputs); err != nil {
		return nil, err
	}
	values := inputs.Copy()
	merge(values, outputs, inputs.ContainsSecrets())
	sent, err := send(values)
	return &pulumirpc.InvokeResponse{Return: sent}, err
}

func firstLine(in fields, names []string) (string, bool) {
	for _, name := range names {
		if line, ok := in.text(name); ok {
			return line, true
		}
	}
	return "", false
}

func lastRun(state resource.PropertyMap) previous {
	in := fieldsOf(state)
	return previous{stdout: in.textOr("stdout", ""), stderr: in.textOr("stderr", "")}
}

func keep(p previous, outputs resource.PropertyMap) {
	outputs["stdout"] = resource.NewStringProperty(p.stdout)
	outputs["stderr"] = resource.NewStringProperty(p.stderr)
}

// merge adds outputs to a state. What came out of a command that was given a secret is secret: the
// official plugin has the same rule, so every remote command's output is, by its connection.
func merge(state, outputs resource.PropertyMap, secret bool) {
	for name, value := range outputs {
		if secret && !value.IsComputed() {
			value = resource.MakeSecret(value)
		}
		state[name] = value
	}
}
