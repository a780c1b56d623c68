import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { ensureToolchain } from "../../toolchain";
import { exec, run } from "../../system/exec";
import type { CommandContext } from "../core/command";
import { parseStackYaml } from "../stack/stackYaml";
import { pulumiEnvironment } from "../stack/environment";
import { configFile, ensurePassphrase, projectName } from "../stack/workingCopy";
import { stackFolder } from "../stack/stackFolder";

/** Pulumi as `init` uses it: to make a stack, and to write and remove its configuration. */
export interface StackFiles {
  /** Whether the backend has the stack. */
  exists(): Promise<boolean>;
  /** How many resources it has. */
  resources(): Promise<number>;
  make(): Promise<void>;
  /** Writes what differs from what is there. */
  set(values: Record<string, string>): Promise<void>;
  /** Encrypts the value; it goes by standard input. */
  setSecret(key: string, value: string): Promise<void>;
  secret(key: string): Promise<string | undefined>;
  remove(): Promise<void>;
}

/** The plain values of the stack's configuration file, by key; none where there is no file. */
export function configuredValues({ paths, stack }: CommandContext): Record<string, string> {
  const file = configFile(paths, stack);
  if (!existsSync(file)) return {};
  const prefix = `${projectName}:`;
  return Object.fromEntries(
    Object.entries(parseStackYaml(file, readFileSync(file, "utf8"))).flatMap(([key, value]) =>
      key.startsWith(prefix) && typeof value === "string"
        ? [[key.slice(prefix.length), value]]
        : [],
    ),
  );
}

export async function openStackFiles(context: CommandContext): Promise<StackFiles> {
  const { paths, progress, stack } = context;
  ensurePassphrase(paths);
  mkdirSync(join(paths.state, "pulumi"), { recursive: true, mode: 0o700 });
  const toolchain = await ensureToolchain(paths, progress);
  const { pulumi } = toolchain;
  const options = (stdin?: string) => ({
    ...{ cwd: paths.root, env: pulumiEnvironment({ paths, stack, toolchain }) },
    ...(stdin === undefined ? {} : { stdin }),
  });
  const call = (...words: string[]) => run(pulumi, [...words, "--non-interactive"], options());
  return {
    async exists() {
      const { code } = await exec(pulumi, ["stack", "export", "--non-interactive"], options());
      return code === 0;
    },
    async resources() {
      const { deployment } = JSON.parse(await call("stack", "export")) as {
        deployment: { resources?: { type: string }[] };
      };
      const own = (deployment.resources ?? []).filter(({ type }) => type !== "pulumi:pulumi:Stack");
      return own.length;
    },
    async make() {
      await call("stack", "init", stack, "--no-select");
    },
    async set(values) {
      const before = configuredValues(context);
      const changed = Object.entries(values).filter(([key, value]) => before[key] !== value);
      if (changed.length === 0) return;
      const words = changed.flatMap(([key, value]) => [
        ...["--plaintext", `${projectName}:${key}=${value}`],
      ]);
      await call("config", "set-all", ...words);
    },
    async setSecret(key, value) {
      const words = ["config", "set", "--secret", `${projectName}:${key}`, "--non-interactive"];
      await run(pulumi, words, options(value));
    },
    async secret(key) {
      const { code, stdout } = await exec(
        pulumi,
        ["config", "get", `${projectName}:${key}`, "--non-interactive"],
        options(),
      );
      return code === 0 ? stdout.trim() : undefined;
    },
    async remove() {
      await call("stack", "rm", "--yes", "--preserve-config", stack);
      rmSync(configFile(paths, stack), { force: true });
    },
  };
}

/** @param pem undefined: the API's certificate is of a CA that this machine knows */
export function writeCa(context: CommandContext, pem: string | undefined): void {
  const { ca } = stackFolder(context.paths, context.stack);
  if (pem === undefined) return rmSync(ca, { force: true });
  mkdirSync(dirname(ca), { recursive: true, mode: 0o700 });
  writeFileSync(ca, pem);
}
