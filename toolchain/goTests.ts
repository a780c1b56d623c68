import { existsSync } from "node:fs";
import type { LabPaths } from "../system/labPaths";
import { exec } from "../system/exec";
import { goFlags, goOptions } from "./build";
import { findGo } from "./goCompiler";
import { placesOf } from "./places";

/** How many Go tests ended how, and what the failed ones said. */
export interface GoTests {
  passed: number;
  failed: number;
  output: string;
}

/** One line of `go test -json`, as far as it is looked at. */
interface GoEvent {
  Action: string;
  Test?: string;
  Output?: string;
}

/**
 * Runs the tests of our own plugins.
 *
 * @returns undefined where the toolchain was not built here: then there is no Go to run them with
 */
export async function runGoTests(paths: LabPaths): Promise<GoTests | undefined> {
  const places = placesOf(paths);
  if (!existsSync(places.goCache)) return undefined;
  const go = await findGo(places, () => undefined);
  const words = ["test", ...goFlags, "-json", "./command/"];
  const { code, stdout, stderr } = await exec(go, words, goOptions(places));
  return countGoTests(stdout, code === 0 ? "" : stderr);
}

/** Counts what `go test -json` printed; a package that does not compile is one failure. */
export function countGoTests(printed: string, errors: string): GoTests {
  const events = printed
    .split("\n")
    .filter((line) => line.startsWith("{"))
    .map((line) => JSON.parse(line) as GoEvent);
  const ended = (action: string) =>
    events.filter((event) => event.Action === action && event.Test !== undefined);
  const failed = ended("fail");
  const names = new Set(failed.map(({ Test }) => Test));
  const said = events.filter(({ Action, Test }) => Action === "output" && names.has(Test));
  const counted = failed.length + (failed.length === 0 && errors !== "" ? 1 : 0);
  return {
    passed: ended("pass").length,
    failed: counted,
    output: said.map(({ Output }) => Output ?? "").join("") + errors,
  };
}
