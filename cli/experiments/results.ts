import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import type { ExperimentResult } from "../../observer/experiment";
import type { LiveEvent } from "../../observer/live/liveEvents";
import type { RecordingHeader } from "../../observer/replay/recording";
import type { LabPaths } from "../../system/labPaths";
import { writeRecording } from "../replay/recordingFile";

/** Results kept; the oldest go. One is about 20 kB. */
const KEPT = 200;

const RESULT = ".json";
const RECORDING = ".jsonl";

/** Where results are: a lab's state, and which of its stacks was measured. */
export interface ResultPlace {
  paths: Pick<LabPaths, "state">;
  stack: string;
}

/** Recordings kept: the newest of each experiment under each profile, and some more. One is 50 to 500 kB. */
const KEPT_RECORDINGS = 60;

const folderOf = ({ paths, stack }: ResultPlace) => join(paths.state, "experiments", stack);

/** Keeps a result for `./lab report`; returns its file, whose name sorts by time. */
export function saveResult(place: ResultPlace, result: ExperimentResult): string {
  const file = fileOf(place, result);
  const folder = dirname(file);
  mkdirSync(folder, { recursive: true });
  // In one move: a run that is cut off leaves no half of a result.
  writeFileSync(`${file}.next`, `${JSON.stringify(result)}\n`);
  renameSync(`${file}.next`, file);
  removeOld(folder, RESULT, KEPT);
  return file;
}

/** Keeps the recording of an experiment beside its result. */
export function saveRecording(
  resultFile: string,
  header: RecordingHeader,
  events: readonly LiveEvent[],
): void {
  writeRecording(recordingBeside(resultFile), header, events);
  removeOld(dirname(resultFile), RECORDING, KEPT_RECORDINGS);
}

/** The recording of a result; undefined: there is none any more, or there never was. */
export function recordingOf(place: ResultPlace, result: ExperimentResult): string | undefined {
  const file = recordingBeside(fileOf(place, result));
  return existsSync(file) ? file : undefined;
}

const recordingBeside = (resultFile: string) => resultFile.replace(/\.json$/, RECORDING);

function fileOf(place: ResultPlace, { startedAt, experiment, profile }: ExperimentResult): string {
  const when = startedAt.replaceAll(":", "-");
  return join(folderOf(place), `${when}-${experiment}-${profile}${RESULT}`);
}

function removeOld(folder: string, ending: string, kept: number): void {
  for (const old of filesIn(folder, ending).slice(0, -kept)) {
    rmSync(join(folder, old), { force: true });
  }
}

/** Every result that was kept, oldest first. @throws when one cannot be read. */
export function savedResults(place: ResultPlace): ExperimentResult[] {
  const folder = folderOf(place);
  return filesIn(folder, RESULT).map((name) => parsed(join(folder, name)));
}

/** The newest result of each experiment under each profile, in the order of first appearance. */
export function newestResults(results: readonly ExperimentResult[]): ExperimentResult[] {
  const newest = new Map<string, ExperimentResult>();
  for (const result of results) newest.set(`${result.experiment} ${result.profile}`, result);
  return [...newest.values()];
}

/** Names of the files with an ending, oldest first. */
function filesIn(folder: string, ending: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith(ending))
      .sort();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}

function parsed(file: string): ExperimentResult {
  let value: Partial<ExperimentResult> | undefined;
  try {
    value = JSON.parse(readFileSync(file, "utf8")) as Partial<ExperimentResult>;
  } catch (cause) {
    throw new Error(`${file}: is no result of an experiment; remove it`, { cause });
  }
  if (value?.version !== 1 || !value.experiment || !Array.isArray(value.expectations)) {
    const got = JSON.stringify(value?.version ?? null);
    throw new Error(`${file}: must be a result of version 1, got ${got}; remove it`);
  }
  return value as ExperimentResult;
}
