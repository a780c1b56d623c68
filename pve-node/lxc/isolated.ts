import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import type { TaskLog } from "../contract";
import type { SetupLog } from "./guest/setup";
import type { LxcHost } from "./lxcHost";

/**
 * Work on a CT's disks happens in a process of its own, with its own mount and process namespaces: whatever ends
 * it, also a kill of the API, takes its mounts and their loop devices with it.
 */
type Message<T> = { line: string } | { warn: string } | { error: string } | { result: T };

/** Runs a command of `pct` so. The request goes through its standard input, and may hold secrets. */
export async function isolated<T>(
  host: LxcHost,
  command: string,
  request: object,
  log: TaskLog,
): Promise<T> {
  const isolation = [
    ...["--mount", "--propagation", "private", "--pid", "--mount-proc", "--fork", "--kill-child"],
  ];
  const child = spawn("unshare", [...isolation, host.pct, command], {
    stdio: ["pipe", "pipe", "pipe"],
  });
  child.stdin.on("error", () => undefined); // its end is reported by its status
  child.stdin.write(`${JSON.stringify(request)}\n`); // stays open: its end means that we are gone
  const stop = () => void child.stdin.end();
  log.signal.addEventListener("abort", stop);
  let result: { value: T } | undefined;
  let failed: string | undefined;
  let stderr = "";
  child.stderr.on("data", (data: Buffer) => (stderr = (stderr + data.toString()).slice(-2000)));
  const lines = createInterface({ input: child.stdout });
  lines.on("line", (text) => {
    const message = JSON.parse(text) as Message<T>;
    if ("line" in message) log.line(message.line);
    else if ("warn" in message) log.warn(message.warn);
    else if ("error" in message) failed = message.error;
    else result = { value: message.result };
  });
  const code = await new Promise<number>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (status) => resolve(status ?? 1));
  }).finally(() => log.signal.removeEventListener("abort", stop));
  if (log.signal.aborted) throw new Error("received interrupt");
  if (code === 0 && result) return result.value;
  throw new Error(failed ?? `${command} failed: exit code ${code}: ${stderr.trim()}`);
}

/** The other side: reads the request, works, and answers one JSON message per line. */
export async function serveIsolated<Request, Result>(
  work: (request: Request, log: SetupLog) => Promise<Result>,
): Promise<number> {
  const say = (message: Message<Result>) => process.stdout.write(`${JSON.stringify(message)}\n`);
  const input = createInterface({ input: process.stdin });
  const request = await new Promise<Request>((resolve) =>
    input.once("line", (text) => resolve(JSON.parse(text) as Request)),
  );
  const orphaned = () => process.exit(1);
  input.once("close", orphaned);
  const log: SetupLog = { line: (line) => say({ line }), warn: (warn) => say({ warn }) };
  let code = 0;
  try {
    say({ result: await work(request, log) });
  } catch (error) {
    say({ error: (error as Error).message });
    code = 1;
  }
  input.off("close", orphaned);
  process.stdin.destroy(); // the other side keeps it open
  return code;
}
