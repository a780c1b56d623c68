import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { LabPaths } from "../../system/labPaths";
import { devStack } from "./workingCopy";

/** Where `./lab use` keeps the stack of commands that name none. */
const fileOf = (paths: LabPaths) => join(paths.state, "stack");

/** The stack that was chosen with `./lab use`; `dev` unless one was. */
export function usedStack(paths: LabPaths): string {
  const file = fileOf(paths);
  return existsSync(file) ? readFileSync(file, "utf8").trim() || devStack : devStack;
}

export function useStack(paths: LabPaths, stack: string): void {
  if (stack === devStack) return rmSync(fileOf(paths), { force: true });
  mkdirSync(paths.state, { recursive: true });
  writeFileSync(fileOf(paths), `${stack}\n`);
}
