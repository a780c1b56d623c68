import { spawn } from "node:child_process";
import { closeSync, mkdirSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { LabPaths } from "../../system/labPaths";
import type { Note } from "../../system/progress";
import {
  describeChanges,
  type EngineState,
  errorsToShow,
  progressNote,
  progressShare,
} from "./engineEvents";
import { openEventLog } from "./eventLog";
import { endOrphans } from "./orphans";

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
  note: Note;
}): Promise<string> {
  const { paths, verb, note } = from;
  const folder = join(paths.state, "log");
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const stem = join(folder, `${verb}-${new Date().toISOString().replace(/[:.]/g, "-")}`);
  const log = `${stem}.log`;
  const events = openEventLog(paths);
  const logFd = openSync(log, "a", 0o600);
  const args = [verb, "--yes", "--non-interactive", "--color", "never", "--event-log", events.file];
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
  const timer = setInterval(() => {
    const state = events.read();
    note(progressNote(state), progressShare(state));
  }, 250);
  try {
    const code = await new Promise<number>((resolve, reject) => {
      child.on("error", reject);
      child.on("close", (status) => resolve(status ?? 1));
    });
    const state = events.read();
    if (code !== 0) await endOrphans(paths.root, note); // those of a Pulumi that was killed
    if (code !== 0 && interrupted) {
      throw new EngineError(`pulumi ${verb}: interrupted; ./lab ${words[verb]} again completes it`);
    }
    if (code !== 0) throw new EngineError(failure(verb, code, state, log));
    return describeChanges(state.changes);
  } finally {
    clearInterval(timer);
    events.remove();
    for (const signal of signals) process.off(signal, interrupt);
  }
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
