import type { ProgramInfo, RunPluginRequest, RunRequest } from "@pulumi/pulumi/proto/language_pb";
import { createRequire } from "node:module";
import { join } from "node:path";

/** A process to start. `inherit` gives it the host's own output, which the CLI shows. */
export interface Command {
  file: string;
  args: string[];
  cwd: string;
  env: NodeJS.ProcessEnv;
}

/** Finds a file of the `@pulumi/pulumi` package that a program uses, which need not be ours. */
export function resolveSdk(directory: string, file: string): string {
  try {
    return createRequire(join(directory, "index.js")).resolve(`@pulumi/pulumi/${file}`);
  } catch (cause) {
    throw new Error(`@pulumi/pulumi: not found from "${directory}"; run npm ci there`, { cause });
  }
}

interface RuntimeOptions {
  typescript?: unknown;
  tsconfig?: unknown;
  nodeargs?: unknown;
}

/** Environment and node arguments that the options of `runtime:` in a project file ask for. */
export function runtimeOptions(options: RuntimeOptions): {
  nodeArgs: string[];
  env: Record<string, string>;
} {
  const env: Record<string, string> = {};
  if (options.typescript !== false) env.PULUMI_NODEJS_TYPESCRIPT = "true";
  if (typeof options.tsconfig === "string") env.PULUMI_NODEJS_TSCONFIG_PATH = options.tsconfig;
  const nodeArgs =
    typeof options.nodeargs === "string" ? options.nodeargs.split(/\s+/).filter(Boolean) : [];
  return { nodeArgs, env };
}

const optionsOf = (info: ProgramInfo | undefined): RuntimeOptions =>
  info?.getOptions()?.toJavaScript() ?? {};

/** The process that runs a Pulumi program. */
export function programCommand(request: RunRequest, engineAddress: string): Command {
  const info = request.getInfo();
  const directory = info?.getProgramDirectory() ?? request.getPwd();
  const options = runtimeOptions(optionsOf(info));
  const config: Record<string, string> = {};
  request.getConfigMap().forEach((value: string, key: string) => (config[key] = value));
  const flags: [string, string | undefined][] = [
    ["--monitor", request.getMonitorAddress()],
    ["--engine", engineAddress],
    ["--organization", request.getOrganization()],
    ["--project", request.getProject()],
    ["--root-directory", info?.getRootDirectory()],
    ["--stack", request.getStack()],
    ["--pwd", request.getPwd()],
    ["--parallel", String(request.getParallel())],
  ];
  return {
    file: process.execPath,
    args: [
      ...options.nodeArgs,
      resolveSdk(directory, "cmd/run"),
      ...flags.flatMap(([name, value]) => (value ? [name, value] : [])),
      ...(request.getDryrun() ? ["--dry-run"] : []),
      info?.getEntryPoint() ?? ".",
      ...request.getArgsList(),
    ],
    cwd: request.getPwd(),
    env: {
      ...process.env,
      ...options.env,
      PULUMI_CONFIG: JSON.stringify(config),
      PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(request.getConfigsecretkeysList()),
    },
  };
}

/** The process that serves a plugin written for Node.js: a policy pack, a provider, a component. */
export function pluginCommand(request: RunPluginRequest): Command {
  const info = request.getInfo();
  const directory = info?.getProgramDirectory() ?? request.getProgram();
  const options = runtimeOptions(optionsOf(info));
  const isPolicyPack = request.getKind() === "analyzer";
  const runner = resolveSdk(directory, isPolicyPack ? "cmd/run-policy-pack" : "cmd/run-plugin");
  // A policy pack gets the engine's address first and its own folder second.
  const args = isPolicyPack
    ? [...request.getArgsList(), directory]
    : [directory, ...request.getArgsList()];
  const env: NodeJS.ProcessEnv = {};
  for (const entry of request.getEnvList()) {
    const at = entry.indexOf("=");
    if (at > 0) env[entry.slice(0, at)] = entry.slice(at + 1);
  }
  return {
    file: process.execPath,
    args: [...options.nodeArgs, runner, ...args],
    cwd: isPolicyPack ? directory : request.getPwd(),
    env: { ...env, ...options.env },
  };
}
