import type { ServerWritableStream } from "@grpc/grpc-js";
import { type ChildProcess, spawn } from "node:child_process";
import type { Command } from "./commands";

// How long a process may take to end by itself once it was asked to.
const endPatienceMs = 5000;

const running = new Set<ChildProcess>();

function start(command: Command, output: "inherit" | "pipe"): ChildProcess {
  const child = spawn(command.file, command.args, {
    cwd: command.cwd,
    env: command.env,
    stdio: ["ignore", output, output],
  });
  running.add(child);
  child.on("close", () => running.delete(child));
  return child;
}

function end(child: ChildProcess): void {
  child.kill("SIGTERM");
  setTimeout(() => child.kill("SIGKILL"), endPatienceMs).unref();
}

/** Ends every process that was started here. */
export function endAll(): void {
  for (const child of running) end(child);
}

/** Runs a process whose output the CLI shows, and gives its exit status. */
export async function waitForProcess(command: Command): Promise<number> {
  const child = start(command, "inherit");
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => resolve(code ?? 1));
  });
}

/** What a stream sends for a process's output and, where the protocol has it, for its end. */
export interface StreamMessages<Response> {
  stdout: (data: Buffer) => Response;
  stderr: (data: Buffer) => Response;
  /** Absent: a non-zero exit status is the stream's error. */
  exit?: (code: number) => Response;
}

/** Runs a process and sends its output over a gRPC stream; ends it when the caller goes away. */
export function streamProcess<Request, Response>(
  call: ServerWritableStream<Request, Response>,
  makeCommand: () => Command,
  messages: StreamMessages<Response>,
): void {
  const fail = (error: unknown) =>
    call.destroy(error instanceof Error ? error : new Error(String(error)));
  let child: ChildProcess;
  try {
    child = start(makeCommand(), "pipe");
  } catch (error) {
    fail(error);
    return;
  }
  call.on("cancelled", () => end(child));
  child.stdout?.on("data", (data: Buffer) => void call.write(messages.stdout(data)));
  child.stderr?.on("data", (data: Buffer) => void call.write(messages.stderr(data)));
  child.on("error", fail);
  child.on("close", (code) => {
    if (messages.exit) call.write(messages.exit(code ?? 1));
    else if (code !== 0) return fail(new Error(`installation ended with exit status ${code ?? 1}`));
    call.end();
    return;
  });
}
