import { spawn } from "node:child_process";

export interface CommandResult {
  code: number;
  stdout: string;
  stderr: string;
}

export interface CommandOptions {
  /** Text for standard input; the place for secrets, which arguments would show to others. */
  input?: string;
  env?: NodeJS.ProcessEnv;
  /** Ends the program when it is aborted. */
  signal?: AbortSignal;
}

/** Runs a program to its end. Throws only when it cannot be started. */
export async function execute(
  program: string,
  args: string[],
  options: CommandOptions = {},
): Promise<CommandResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      stdio: [options.input === undefined ? "ignore" : "pipe", "pipe", "pipe"],
      env: options.env ?? process.env,
    });
    const end = () => void child.kill();
    options.signal?.addEventListener("abort", end);
    const chunks = { stdout: [] as Buffer[], stderr: [] as Buffer[] };
    child.stdout!.on("data", (data: Buffer) => chunks.stdout.push(data));
    child.stderr!.on("data", (data: Buffer) => chunks.stderr.push(data));
    child.on("error", (cause) =>
      reject(new Error(`${program}: cannot be started: ${cause.message}`, { cause })),
    );
    child.on("close", (code, signal) => {
      options.signal?.removeEventListener("abort", end);
      resolve({
        code: code ?? (signal ? 128 : 1),
        stdout: Buffer.concat(chunks.stdout).toString("utf8"),
        stderr: Buffer.concat(chunks.stderr).toString("utf8"),
      });
    });
    if (options.signal?.aborted) end();
    if (child.stdin) {
      child.stdin.on("error", () => undefined); // a program may end without reading its input
      child.stdin.end(options.input);
    }
  });
}

/** As `execute`, but a non-zero exit is an error with Proxmox's wording. */
export async function run(
  program: string,
  args: string[],
  options: CommandOptions = {},
): Promise<string> {
  const result = await execute(program, args, options);
  if (result.code === 0) return result.stdout;
  const said = (result.stderr.trim() || result.stdout.trim()).split("\n").slice(-5).join("\n");
  throw new Error(
    `command '${[program, ...args].join(" ")}' failed: exit code ${result.code}${said && `: ${said}`}`,
  );
}
