import { spawn } from "node:child_process";

/** Runs a command with this process's own streams; returns its exit status. */
export function runAttached(
  command: string,
  args: string[],
  options: { cwd?: string; env?: Record<string, string | undefined> } = {},
): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: options.cwd,
      env: { ...process.env, ...options.env },
      stdio: "inherit",
    });
    // A terminal sends Ctrl-C to both, and the command decides what it means; what is sent to this
    // process alone is passed on.
    const ignore = () => undefined;
    const pass = (signal: NodeJS.Signals) => void child.kill(signal);
    process.on("SIGINT", ignore).on("SIGTERM", pass).on("SIGHUP", pass);
    const forget = () => process.off("SIGINT", ignore).off("SIGTERM", pass).off("SIGHUP", pass);
    child.on("error", (cause) => {
      forget();
      reject(new Error(`${command}: cannot be started: ${cause.message}`, { cause }));
    });
    child.on("close", (code, signal) => {
      forget();
      resolve(code ?? (signal ? 128 : 1));
    });
  });
}
