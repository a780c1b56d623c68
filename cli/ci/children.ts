import { spawn } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";

/** What a command of another checkout did. */
export interface ChildResult {
  code: number;
  stdout: string;
  stderr: string;
}

/** Variables that a change under preview has no business with. */
const KEPT_BACK =
  /TOKEN|SECRET|PASSW|PASSPHRASE|CREDENTIAL|PRIVATE|^(AWS|AZURE|GOOGLE|PULUMI|PROXMOX|ACTIONS|RUNNER|GITHUB|CI)_|_KEY$|^HOMELAB_(?!CACHE$)/i;

/** The environment without secrets, and without what belongs to the lab or the job that calls. */
export function childEnvironment(
  outer: Record<string, string | undefined> = process.env,
): Record<string, string | undefined> {
  return Object.fromEntries(Object.entries(outer).filter(([name]) => !KEPT_BACK.test(name)));
}

/** How long a command may take to end after it was asked to, before it is killed. */
const PATIENCE_MS = 20_000;

/**
 * Runs a command to its end; when the signal is aborted it is asked to end, and killed where it does not.
 *
 * @throws the signal's reason once the command has ended
 */
export async function runChild(
  command: string,
  args: string[],
  options: {
    cwd: string;
    env: Record<string, string | undefined>;
    signal: AbortSignal;
    onLine?: (line: string) => void;
  },
): Promise<ChildResult> {
  const { cwd, env, signal, onLine } = options;
  signal.throwIfAborted();
  const child = spawn(command, args, { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
  const text = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const) {
    child[name].setEncoding("utf8").on("data", (chunk: string) => {
      text[name] += chunk;
      const line = chunk.trimEnd().split("\n").at(-1);
      if (line) onLine?.(line);
    });
  }
  const end = new Promise<number>((resolve, reject) => {
    child.on("error", (cause) => {
      reject(new Error(`${command}: cannot be started: ${cause.message}`, { cause }));
    });
    // A grandchild may hold the streams after the command itself has ended.
    child.on("exit", (code) => void sleep(100).then(() => resolve(code ?? 1)));
  });
  const stop = () => {
    child.kill("SIGTERM");
    void sleep(PATIENCE_MS, undefined, { ref: false }).then(() => child.kill("SIGKILL"));
  };
  signal.addEventListener("abort", stop, { once: true });
  try {
    const code = await end;
    signal.throwIfAborted();
    return { code, ...text };
  } finally {
    signal.removeEventListener("abort", stop);
  }
}
