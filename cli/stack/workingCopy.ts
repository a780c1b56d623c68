import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { LabPaths } from "../../system/labPaths";
import { writeWhole } from "../../system/writeWhole";
import type { EmbeddedNode } from "../../pve-node/box/embeddedNode";
import { machineValues, mergeValues, type StackFile, type StackValues } from "./config";
import { parseStackYaml } from "./stackYaml";

/** The stack that lives on the embedded node; every other one is a real Proxmox VE. */
export const devStack = "dev";

export const projectName = "homelab";

/**
 * The file Pulumi reads a stack's configuration from.
 *
 * For `dev` a working copy, as JSON: Pulumi adds its salt to it, and the committed file stays as it is.
 */
export function configFile(paths: LabPaths, stack: string): string {
  return stack === devStack
    ? join(paths.state, `Pulumi.${stack}.json`)
    : join(paths.root, `Pulumi.${stack}.yaml`);
}

export function passphraseFile(paths: LabPaths): string {
  return join(paths.state, "passphrase");
}

/** Makes the passphrase of the local state once; it never leaves the file. */
export function ensurePassphrase(paths: LabPaths): void {
  const file = passphraseFile(paths);
  if (existsSync(file)) return;
  mkdirSync(paths.state, { recursive: true });
  writeWhole(file, randomBytes(24).toString("base64url"), 0o600);
}

/** Brings the working copy of the `dev` stack's configuration up to date; writes only on a change. Returns its values. */
export function updateWorkingCopy(paths: LabPaths, node: EmbeddedNode): StackValues {
  mkdirSync(paths.state, { recursive: true });
  const committedFile = join(paths.root, `Pulumi.${devStack}.yaml`);
  const committed = existsSync(committedFile)
    ? parseStackYaml(committedFile, readFileSync(committedFile, "utf8"))
    : {};
  const file = configFile(paths, devStack);
  const remembered = join(paths.state, "committed-values.json");
  const working = readJson<StackFile>(file) ?? { config: {} };
  const rememberedMachine = join(paths.state, "machine-values.json");
  const { values: config, machine } = mergeValues({
    working: working.config ?? {},
    lastCommitted: readJson(remembered) ?? {},
    lastMachine: readJson(rememberedMachine),
    committed,
    machine: machineValues(node),
    packageCachePort: node.packageCachePort,
  });
  const project = { name: projectName, runtime: "nodejs" };
  // `stack init` has no --config-file: it runs in .lab, where this makes the working copy the stack's.
  writeIfChanged(join(paths.state, "Pulumi.json"), project);
  writeIfChanged(file, { ...working, config });
  writeIfChanged(remembered, committed);
  writeIfChanged(rememberedMachine, machine);
  return config;
}

/** A value of the `dev` stack's working configuration; undefined where there is none. */
export function workingValue(paths: LabPaths, key: string): string | undefined {
  const value = readJson<StackFile>(configFile(paths, devStack))?.config?.[`${projectName}:${key}`];
  return typeof value === "string" ? value : undefined;
}

function readJson<T>(file: string): T | undefined {
  return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as T) : undefined;
}

function writeIfChanged(file: string, value: unknown): void {
  const old = readJson<unknown>(file);
  if (JSON.stringify(sorted(old)) === JSON.stringify(sorted(value))) return;
  writeWhole(file, `${JSON.stringify(value, undefined, 4)}\n`, 0o600);
}

/** Pulumi orders keys its own way; order is no change. */
function sorted(value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, sorted(inner)]),
  );
}
