import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { LabPaths } from "../../system/labPaths";
import { stackFolder } from "../stack/stackFolder";
import { devStack, projectName } from "../stack/workingCopy";

/**
 * Stacks for a real Proxmox VE whose key, journal or state is in `.lab`: without these nobody can remove what
 * they have made there.
 */
export function ownStacks(paths: LabPaths): string[] {
  const made = filesIn(join(paths.state, "stacks")).filter((name) =>
    existsSync(stackFolder(paths, name).journal),
  );
  const folder = join(paths.state, "pulumi", ".pulumi", "stacks", projectName);
  const used = filesIn(folder)
    .filter((file) => file.endsWith(".json"))
    .map((file) => file.slice(0, -".json".length))
    .filter((name) => name !== devStack && hasResources(join(folder, `${name}.json`)));
  return [...new Set([...made, ...used])].sort();
}

/** @throws with what to do first when there are such stacks */
export function refuseToLoseStacks(paths: LabPaths): void {
  const names = ownStacks(paths);
  if (names.length === 0) return;
  const steps = names.map((name) => `./lab down --stack ${name} && ./lab init ${name} --undo`);
  throw new Error(
    `reset: .lab holds the state or the keys of ${names.map((name) => `stack "${name}"`).join(", ")}, and nothing ` +
      `was removed; remove what they made first: ${steps.join("; ")}`,
  );
}

const filesIn = (folder: string) => (existsSync(folder) ? readdirSync(folder) : []);

/** The stack itself is a resource as well; one that cannot be read may have any number. */
function hasResources(file: string): boolean {
  try {
    const { checkpoint } = JSON.parse(readFileSync(file, "utf8")) as {
      checkpoint?: { latest?: { resources?: { type: string }[] } };
    };
    const resources = checkpoint?.latest?.resources ?? [];
    return resources.some(({ type }) => type !== "pulumi:pulumi:Stack");
  } catch {
    return true;
  }
}
