import { spawn } from "node:child_process";

export interface ExecOptions {
  cwd?: string;
  /** Added to the process's own environment. */
  env?: Record<string, string | undefined>;
  /** Text for standard input; the place for secrets, which arguments would show to others. */
  stdin?: string;
  /** Called for each complete line of either stream. */
  onLine?: (line: string) => void;
  /** Milliseconds after which the command is ended and the call fails. Default: no limit. */
  timeoutMs?: number;
}

export interface ExecResult {
  code: number;
  stdout: string;
  stderr: string;
}

/** Milliseconds that a command has to end by itself after SIGTERM; then it is killed. */
const PATIENCE_MS = 5000;

/** Runs a command to its end; never throws for a non-zero exit, only when it cannot be started. */
export async function exec(
  command: string,
  args: string[],
  options: ExecOptions = {},
): Promise<ExecResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: options.cwd,
      env: { ...process.env, ...options.env },
      stdio: ["pipe", "pipe", "pipe"],
    });
    const text = { stdout: "", stderr: "" };
    let timer: NodeJS.Timeout | undefined;
    const kill = () => {
      child.kill("SIGKILL");
      // A child of its own may hold the streams still; nobody waits for that one.
      child.stdout.destroy();
      child.stderr.destroy();
    };
    if (options.timeoutMs) {
      timer = setTimeout(() => {
        text.stderr += `${command}: not done within ${options.timeoutMs! / 1000} s, ended\n`;
        child.kill("SIGTERM");
        timer = setTimeout(kill, PATIENCE_MS);
      }, options.timeoutMs);
    }
    const rest = { stdout: "", stderr: "" };
    for (const name of ["stdout", "stderr"] as const) {
      child[name].setEncoding("utf8");
      child[name].on("data", (chunk: string) => {
        text[name] += chunk;
        const lines = (rest[name] + chunk).split("\n");
        rest[name] = lines.pop() ?? "";
        for (const line of lines) options.onLine?.(line);
      });
    }
    child.on("error", (cause) => {
      clearTimeout(timer);
      reject(new Error(`${command}: cannot be started: ${cause.message}`, { cause }));
    });
    child.on("close", (code, signal) => {
      clearTimeout(timer);
      for (const name of ["stdout", "stderr"] as const)
        if (rest[name]) options.onLine?.(rest[name]);
      resolve({ code: code ?? (signal ? 128 : 1), ...text });
    });
    child.stdin.on("error", () => undefined); // a command that does not read its input is no error
    child.stdin.end(options.stdin ?? "");
  });
}

/** As `exec`, but a non-zero exit is an error that names the command and its last output. */
export async function run(
  command: string,
  args: string[],
  options: ExecOptions = {},
): Promise<string> {
  const result = await exec(command, args, options);
  if (result.code !== 0) {
    const said = (result.stderr.trim() || result.stdout.trim()).split("\n").slice(-15).join("\n");
    throw new Error(
      `${command} ${args.slice(0, 3).join(" ")}: exit status ${result.code}\n${said}`,
    );
  }
  return result.stdout;
}
