import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { LabPaths } from "../../system/labPaths";
import { applyEvent, type EngineEvent, type EngineState, startState } from "./engineEvents";

/** The engine's events of one run, as far as they were written. */
export interface EventLog {
  file: string;
  read(): EngineState;
  remove(): void;
}

/** Events lie in memory, never on a disk, and nobody else reads them. */
const folderOf = (paths: LabPaths) =>
  join(existsSync("/dev/shm") ? "/dev/shm" : paths.state, `${paths.id}-events`);

/** Removes what a killed run left. */
export function removeEventLogs(paths: LabPaths): void {
  rmSync(folderOf(paths), { recursive: true, force: true });
}

/**
 * A place for Pulumi's event log. The engine writes secrets into it in clear (measured with 3.253.0),
 * which is why it is not kept beside the other logs.
 */
export function openEventLog(paths: LabPaths): EventLog {
  removeEventLogs(paths);
  const folder = folderOf(paths);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const file = join(folder, "events.json");
  writeFileSync(file, "", { mode: 0o600 }); // Pulumi would make it readable by all
  return { file, remove: () => removeEventLogs(paths), ...reader(file) };
}

/** Reads what was added to the event log; Pulumi empties it between preview and update. */
function reader(file: string): { read(): EngineState } {
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
