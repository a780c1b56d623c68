import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ExperimentResult } from "../../observer/experiment";
import type { LabPaths } from "../../system/labPaths";

/** Results kept; the oldest go. One is about 20 kB. */
const KEPT = 200;

/** Where results are: a lab's state, and which of its stacks was measured. */
export interface ResultPlace {
  paths: Pick<LabPaths, "state">;
  stack: string;
}

const folderOf = ({ paths, stack }: ResultPlace) => join(paths.state, "experiments", stack);

/** Keeps a result for `./lab report`; returns its file, whose name sorts by time. */
export function saveResult(place: ResultPlace, result: ExperimentResult): string {
  const folder = folderOf(place);
  mkdirSync(folder, { recursive: true });
  const when = result.startedAt.replaceAll(":", "-");
  const file = join(folder, `${when}-${result.experiment}-${result.profile}.json`);
  // In one move: a run that is cut off leaves no half of a result.
  writeFileSync(`${file}.next`, `${JSON.stringify(result)}\n`);
  renameSync(`${file}.next`, file);
  for (const old of resultFiles(folder).slice(0, -KEPT)) rmSync(join(folder, old), { force: true });
  return file;
}

/** Every result that was kept, oldest first. @throws when one cannot be read. */
export function savedResults(place: ResultPlace): ExperimentResult[] {
  const folder = folderOf(place);
  return resultFiles(folder).map((name) => parsed(join(folder, name)));
}

/** The newest result of each experiment under each profile, in the order of first appearance. */
export function newestResults(results: readonly ExperimentResult[]): ExperimentResult[] {
  const newest = new Map<string, ExperimentResult>();
  for (const result of results) newest.set(`${result.experiment} ${result.profile}`, result);
  return [...newest.values()];
}

function resultFiles(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith(".json"))
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
