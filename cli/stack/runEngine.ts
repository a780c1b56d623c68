import { spawn } from "node:child_process";
import { closeSync, mkdirSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { LabPaths } from "../core/paths";
import {
  applyEvent,
  describeChanges,
  errorsToShow,
  type EngineEvent,
  type EngineState,
  progressNote,
  startState,
} from "./engineEvents";

/** What people call to have it done again. */
const words: Record<Verb, string> = { up: "up", destroy: "down" };

/** Pulumi commands that change a stack. */
export type Verb = "up" | "destroy";

/** A changing Pulumi command that failed; the message holds its errors and the log's place. */
export class EngineError extends Error {}

/**
 * Runs a Pulumi command that changes the stack, to its end.
 *
 * Its output goes to a log file, not to a pipe of ours, and it has a process group of its own: when
 * this process is killed, Pulumi finishes what it does and keeps a whole state. An interrupt is
 * passed on once, upon which Pulumi ends in good order; a second one makes it stop at once.
 *
 * @returns what changed.
 * @throws EngineError when the command failed.
 */
export async function runEngine(from: {
  paths: LabPaths;
  verb: Verb;
  args: string[];
  pulumi: string;
  env: Record<string, string | undefined>;
  note: (text: string) => void;
}): Promise<string> {
  const { paths, verb, note } = from;
  const folder = join(paths.state, "log");
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const stem = join(folder, `${verb}-${new Date().toISOString().replace(/[:.]/g, "-")}`);
  const log = `${stem}.log`;
  const eventLog = `${stem}.events.json`;
  writeFileSync(eventLog, "", { mode: 0o600 }); // Pulumi would make it readable by all
  const logFd = openSync(log, "a", 0o600);
  const args = [verb, "--yes", "--non-interactive", "--color", "never", "--event-log", eventLog];
  const child = spawn(from.pulumi, [...args, ...from.args], {
    cwd: paths.root,
    // --event-log exists for debugging only.
    env: { ...process.env, ...from.env, PULUMI_DEBUG_COMMANDS: "true" },
    stdio: ["ignore", logFd, logFd],
    detached: true,
  });
  closeSync(logFd);
  let interrupted = false;
  const interrupt = () => {
    interrupted = true;
    note("interrupted: Pulumi finishes what it is doing; once more to stop at once");
    child.kill("SIGINT");
  };
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  for (const signal of signals) process.on(signal, interrupt);
  const events = eventReader(eventLog);
  const timer = setInterval(() => note(progressNote(events.read())), 250);
  try {
    const code = await new Promise<number>((resolve, reject) => {
      child.on("error", reject);
      child.on("close", (status) => resolve(status ?? 1));
    });
    const state = events.read();
    if (code !== 0 && interrupted) {
      throw new EngineError(`pulumi ${verb}: interrupted; ./lab ${words[verb]} again completes it`);
    }
    if (code !== 0) throw new EngineError(failure(verb, code, state, log));
    return describeChanges(state.changes);
  } finally {
    clearInterval(timer);
    for (const signal of signals) process.off(signal, interrupt);
  }
}

/** Reads what was added to the event log; Pulumi empties it between preview and update. */
function eventReader(file: string): { read(): EngineState } {
  const state = startState();
  let seen = 0;
  return {
    read() {
      const text = readFileSync(file);
      if (text.length < seen) seen = 0;
      const end = text.lastIndexOf(0x0a) + 1;
      for (const line of text.subarray(seen, Math.max(seen, end)).toString("utf8").split("\n")) {
        if (line !== "") applyEvent(state, JSON.parse(line) as EngineEvent);
      }
      seen = Math.max(seen, end);
      return state;
    },
  };
}

function failure(verb: Verb, code: number, state: EngineState, log: string): string {
  const errors = errorsToShow(state);
  const said = errors.length > 0 ? errors : [lastLines(log)];
  const shown = said.slice(0, 6).map((text) => text.split("\n").slice(0, 20).join("\n"));
  return [`pulumi ${verb}: exit status ${code}`, ...shown, `full log: ${log}`].join("\n");
}

function lastLines(log: string): string {
  return readFileSync(log, "utf8").trim().split("\n").slice(-20).join("\n");
}
