import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import type { LabPaths } from "../../system/labPaths";
import { memoryPlace } from "../../system/memoryPlace";
import { applyEvent, type EngineEvent, type EngineState, startState } from "./engineEvents";

/** The engine's events of one run, as far as they were written. */
export interface EventLog {
  file: string;
  read(): EngineState;
  remove(): void;
}

/** Events lie in memory, never on a disk, and nobody else reads them. */
const placeOf = (paths: LabPaths) => memoryPlace(paths.state);

/** Removes what a killed run left. Everybody may write to the place: what others made there is theirs. */
export function removeEventLogs(paths: LabPaths, place = placeOf(paths)): void {
  if (!existsSync(place)) return;
  for (const name of readdirSync(place)) {
    if (!name.startsWith(`${paths.id}-events`)) continue;
    const folder = join(place, name);
    const found = lstatSync(folder, { throwIfNoEntry: false });
    if (found?.uid === process.getuid?.()) rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * A place for Pulumi's event log. The engine writes secrets into it in clear (measured with 3.253.0),
 * which is why it is not kept beside the other logs, and why its folder has a name that nobody can know
 * beforehand.
 */
export function openEventLog(paths: LabPaths, place = placeOf(paths)): EventLog {
  removeEventLogs(paths, place);
  mkdirSync(place, { recursive: true });
  const folder = mkdtempSync(join(place, `${paths.id}-events-`));
  const file = join(folder, "events.json");
  writeFileSync(file, "", { mode: 0o600, flag: "wx" }); // Pulumi would make it readable by all
  const remove = () => rmSync(folder, { recursive: true, force: true });
  return { file, remove, ...reader(file) };
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
