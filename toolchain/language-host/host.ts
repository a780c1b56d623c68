import * as grpc from "@grpc/grpc-js";
import * as service from "@pulumi/pulumi/proto/language_grpc_pb";
import * as messages from "@pulumi/pulumi/proto/language_pb";
import * as plugins from "@pulumi/pulumi/proto/plugin_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { installCommand } from "./install";
import { installedPackages, programDependencies } from "./packages";
import { endAll, streamProcess, waitForProcess } from "./processes";
import { pluginCommand, programCommand } from "./commands";

/**
 * The Node.js language host of the Pulumi CLI: a gRPC server that the CLI starts to run programs
 * and plugins. The official one is a Go program whose source is on no module proxy.
 */

// `Run` exits with this code when the program failed and has already said why.
const alreadyReported = 32;

let engineAddress = process.argv.at(-1) ?? "";

type Unary<Request, Response> = (request: Request) => Promise<Response> | Response;

/** Makes a gRPC handler of a plain function; what it throws becomes the call's error. */
const unary =
  <Request, Response>(answer: Unary<Request, Response>): grpc.handleUnaryCall<Request, Response> =>
  (call, callback) => {
    Promise.resolve()
      .then(() => answer(call.request))
      .then((response) => callback(null, response))
      .catch((error: unknown) =>
        callback({
          code: grpc.status.UNKNOWN,
          message: error instanceof Error ? error.message : String(error),
        }),
      );
  };

async function run(request: messages.RunRequest): Promise<messages.RunResponse> {
  if (request.getAttachDebugger())
    throw new Error(
      "language host: cannot attach a debugger; set NODE_OPTIONS=--inspect-brk instead",
    );
  const response = new messages.RunResponse();
  const code = await waitForProcess(programCommand(request, engineAddress));
  if (code === alreadyReported) response.setBail(true);
  else if (code !== 0) response.setError(`the program ended with exit status ${code}`);
  return response;
}

function about(): messages.AboutResponse {
  const response = new messages.AboutResponse();
  response.setExecutable(process.execPath);
  response.setVersion(process.version);
  return response;
}

function dependencies(
  request: messages.GetProgramDependenciesRequest,
): messages.GetProgramDependenciesResponse {
  const response = new messages.GetProgramDependenciesResponse();
  const directory = request.getInfo()?.getProgramDirectory() ?? request.getPwd();
  for (const { name, version } of programDependencies(
    directory,
    request.getTransitivedependencies(),
  )) {
    const one = new messages.DependencyInfo();
    one.setName(name);
    one.setVersion(version);
    response.addDependencies(one);
  }
  return response;
}

function requiredPackages(
  request: messages.GetRequiredPackagesRequest,
): messages.GetRequiredPackagesResponse {
  const response = new messages.GetRequiredPackagesResponse();
  for (const found of installedPackages(request.getInfo()?.getProgramDirectory() ?? ".")) {
    const one = new plugins.PackageDependency();
    one.setKind("resource");
    one.setName(found.name);
    one.setVersion(found.version);
    one.setServer(found.server);
    response.addPackages(one);
  }
  return response;
}

function requiredPlugins(
  request: messages.GetRequiredPluginsRequest,
): messages.GetRequiredPluginsResponse {
  const response = new messages.GetRequiredPluginsResponse();
  for (const found of installedPackages(request.getInfo()?.getProgramDirectory() ?? ".")) {
    const one = new plugins.PluginDependency();
    one.setKind("resource");
    one.setName(found.name);
    one.setVersion(found.version);
    one.setServer(found.server);
    response.addPlugins(one);
  }
  return response;
}

function pluginInfo(): plugins.PluginInfo {
  const info = new plugins.PluginInfo();
  info.setVersion(process.env.LANGUAGE_HOST_VERSION ?? "");
  return info;
}

const runPlugin: grpc.handleServerStreamingCall<
  messages.RunPluginRequest,
  messages.RunPluginResponse
> = (call) => {
  streamProcess(call, () => pluginCommand(call.request), {
    stdout: (data) => {
      const message = new messages.RunPluginResponse();
      message.setStdout(data);
      return message;
    },
    stderr: (data) => {
      const message = new messages.RunPluginResponse();
      message.setStderr(data);
      return message;
    },
    exit: (code) => {
      const message = new messages.RunPluginResponse();
      message.setExitcode(code);
      return message;
    },
  });
};

const installDependencies: grpc.handleServerStreamingCall<
  messages.InstallDependenciesRequest,
  messages.InstallDependenciesResponse
> = (call) => {
  streamProcess(call, () => installCommand(call.request.getDirectory()), {
    stdout: (data) => {
      const message = new messages.InstallDependenciesResponse();
      message.setStdout(data);
      return message;
    },
    stderr: (data) => {
      const message = new messages.InstallDependenciesResponse();
      message.setStderr(data);
      return message;
    },
  });
};

const unimplemented = (method: string) => {
  const error = {
    code: grpc.status.UNIMPLEMENTED,
    message: `${method}: not part of the language host that was built here; it runs programs, it generates no code`,
  };
  return (_call: unknown, callback: (error: unknown) => void) => callback(error);
};

const handlers: Record<string, grpc.UntypedHandleCall> = {
  handshake: unary((request: messages.LanguageHandshakeRequest) => {
    engineAddress = request.getEngineAddress() || engineAddress;
    return new messages.LanguageHandshakeResponse();
  }),
  getRequiredPlugins: unary(requiredPlugins),
  getRequiredPackages: unary(requiredPackages),
  getPluginInfo: unary(pluginInfo),
  run: unary(run),
  runPlugin: runPlugin as grpc.UntypedHandleCall,
  about: unary(about),
  getProgramDependencies: unary(dependencies),
  installDependencies: installDependencies as grpc.UntypedHandleCall,
  runtimeOptionsPrompts: unary(() => new messages.RuntimeOptionsResponse()),
  template: unary(() => new messages.TemplateResponse()),
  cancel: unary(() => {
    endAll();
    return new Empty();
  }),
};

function serve(): void {
  const server = new grpc.Server({
    "grpc.max_receive_message_length": -1,
    "grpc.max_send_message_length": -1,
  });
  const methods = service.LanguageRuntimeService as unknown as grpc.ServiceDefinition;
  for (const method of Object.keys(methods))
    handlers[method] ??= unimplemented(method) as grpc.UntypedHandleCall;
  server.addService(methods, handlers);
  server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, port) => {
    if (error) throw error;
    // The CLI reads the port from the first line.
    process.stdout.write(`${port}\n`);
  });
}

for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const)
  process.on(signal, () => {
    endAll();
    process.exit(0);
  });

// A CLI that was killed cannot end us; its death shows in a new parent.
const parent = process.ppid;
setInterval(() => {
  if (process.ppid === parent) return;
  endAll();
  process.exit(1);
}, 1000).unref();

serve();
