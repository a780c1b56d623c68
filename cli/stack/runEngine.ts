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
import { followUp } from "./followUp";
import { endOrphans } from "./orphans";
import { devStack } from "./workingCopy";

/** What people call to have it done again. */
const words: Record<Verb, string> = { up: "up", destroy: "down" };

/** Pulumi commands that change a stack. */
export type Verb = "up" | "destroy";

/** A changing Pulumi command that failed; the message holds its errors and the log's place. */
export class EngineError extends Error {
  /** What failed, each cause once; empty where Pulumi named nothing. */
  readonly failures: readonly string[];

  constructor(message: string, options: ErrorOptions & { failures?: readonly string[] } = {}) {
    super(message, options);
    this.failures = options.failures ?? [];
  }
}

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
  /** Told each failure as it comes, while steps that run already go on. */
  onFailure?: (failure: string) => void;
}): Promise<string> {
  const { paths, verb, note, onFailure } = from;
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
  const told = new Set<string>();
  const timer = setInterval(() => {
    const state = events.read();
    // What a preview refuses ends the run at once, and is told then.
    for (const failure of state.phase === "update" ? errorsToShow(state) : []) {
      // Together with the same failure of other resources it would be told once more.
      const cause = failure.slice(failure.indexOf(": ") + 1);
      if (!told.has(cause)) onFailure?.(shortened(failure));
      told.add(cause);
    }
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
      const again = followUp(from.env.PULUMI_STACK ?? devStack, words[verb]);
      throw new EngineError(`pulumi ${verb}: interrupted; ${again} again completes it`);
    }
    if (code !== 0) throw engineError(verb, code, state, log);
    return describeChanges(state.changes);
  } finally {
    clearInterval(timer);
    events.remove();
    for (const signal of signals) process.off(signal, interrupt);
  }
}

/** The first line is the first cause: what came later is mostly what it led to. */
function engineError(verb: Verb, code: number, state: EngineState, log: string): EngineError {
  const failures = errorsToShow(state);
  const said = failures.length > 0 ? failures : [lastLines(log)];
  const end = `pulumi ${verb} ended with exit status ${code}; full log: ${log}`;
  return new EngineError([...said.slice(0, 6).map(shortened), end].join("\n"), { failures });
}

const shortened = (text: string) => text.split("\n").slice(0, 20).join("\n");

function lastLines(log: string): string {
  return readFileSync(log, "utf8").trim().split("\n").slice(-20).join("\n");
}
