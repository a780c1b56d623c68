package main

import (
	"context"
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/common/diag"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi/provider"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/protobuf/types/known/emptypb"
	"google.golang.org/protobuf/types/known/structpb"
)

// server answers the engine's calls that are the same for every member of the package.
type server struct {
	pulumirpc.UnimplementedResourceProviderServer
	host   *provider.HostClient
	dialer *dialer
	// running ends when the engine cancels: every command under way is then ended.
	running context.Context
	cancel  context.CancelFunc
}

func newServer(host *provider.HostClient) *server {
	running, cancel := context.WithCancel(context.Background())
	return &server{host: host, dialer: newDialer(), running: running, cancel: cancel}
}

// reporter writes to the engine's log on behalf of one resource.
type reporter struct {
	// status lines are shown while the resource is worked on and not kept.
	status func(string)
	debug  func(string)
}

func (s *server) reporter(ctx context.Context, urn string) reporter {
	at := resource.URN(urn)
	// A line that cannot be shown must not fail the command that printed it.
	return reporter{
		status: func(line string) { _ = s.host.LogStatus(ctx, diag.Info, at, line) },
		debug:  func(line string) { _ = s.host.Log(ctx, diag.Debug, at, line) },
	}
}

// operation gives a context that ends with the call or when the engine cancels.
func (s *server) operation(call context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(call)
	stop := context.AfterFunc(s.running, cancel)
	return ctx, func() { stop(); cancel() }
}

func (s *server) Handshake(
	context.Context, *pulumirpc.ProviderHandshakeRequest,
) (*pulumirpc.ProviderHandshakeResponse, error) {
	return &pulumirpc.ProviderHandshakeResponse{AcceptSecrets: true}, nil
}

func (s *server) Attach(context.Context, *pulumirpc.PluginAttach) (*emptypb.Empty, error) {
	return &emptypb.Empty{}, nil
}

func (s *server) GetPluginInfo(context.Context, *emptypb.Empty) (*pulumirpc.PluginInfo, error) {
	return &pulumirpc.PluginInfo{Version: version}, nil
}

func (s *server) GetSchema(
	context.Context, *pulumirpc.GetSchemaRequest,
) (*pulumirpc.GetSchemaResponse, error) {
	text, err := schema()
	return &pulumirpc.GetSchemaResponse{Schema: text}, err
}

func (s *server) CheckConfig(
	_ context.Context, req *pulumirpc.CheckRequest,
) (*pulumirpc.CheckResponse, error) {
	return &pulumirpc.CheckResponse{Inputs: req.News}, nil
}

func (s *server) DiffConfig(context.Context, *pulumirpc.DiffRequest) (*pulumirpc.DiffResponse, error) {
	return &pulumirpc.DiffResponse{Changes: pulumirpc.DiffResponse_DIFF_NONE}, nil
}

func (s *server) Configure(
	context.Context, *pulumirpc.ConfigureRequest,
) (*pulumirpc.ConfigureResponse, error) {
	return &pulumirpc.ConfigureResponse{AcceptSecrets: true, SupportsPreview: true}, nil
}

func (s *server) Cancel(context.Context, *emptypb.Empty) (*emptypb.Empty, error) {
	s.cancel()
	return &emptypb.Empty{}, nil
}

func (s *server) Check(_ context.Context, req *pulumirpc.CheckRequest) (*pulumirpc.CheckResponse, error) {
	m, err := memberOf(req.Urn)
	if err != nil {
		return nil, err
	}
	inputs, err := receive(req.News)
	if err != nil {
		return nil, err
	}
	failures := check(m, inputs)
	protect(m, inputs)
	sent, err := send(inputs)
	return &pulumirpc.CheckResponse{Inputs: sent, Failures: failures}, err
}

// Read gives back what is known: a command leaves nothing that could be looked at.
func (s *server) Read(_ context.Context, req *pulumirpc.ReadRequest) (*pulumirpc.ReadResponse, error) {
	if len(req.GetProperties().GetFields()) == 0 {
		return nil, fmt.Errorf("unable to import %s: commands and copies have no state to read", req.Urn)
	}
	return &pulumirpc.ReadResponse{Id: req.Id, Properties: req.Properties, Inputs: req.Inputs}, nil
}

func memberOf(urn string) (member, error) {
	token := string(resource.URN(urn).Type())
	m, ok := members[token]
	if !ok || token == localRun {
		return member{}, fmt.Errorf("resource type %q: unknown; this plugin, which was built here, has %s, %s and %s",
			token, localCommand, remoteCommand, copyToRemote)
	}
	return m, nil
}

func receive(values *structpb.Struct) (resource.PropertyMap, error) {
	return plugin.UnmarshalProperties(values, plugin.MarshalOptions{
		KeepUnknowns: true, KeepSecrets: true, ComputeAssetHashes: true, SkipNulls: true,
	})
}

func send(values resource.PropertyMap) (*structpb.Struct, error) {
	return plugin.MarshalProperties(values, plugin.MarshalOptions{KeepUnknowns: true, KeepSecrets: true})
}
