import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import type { LabPaths } from "../../system/labPaths";
import { devStack, projectName } from "./workingCopy";

/** One app node as the program declares it. */
export interface TargetOutput {
  name: string;
  vmid: number;
  address: string;
  port: number;
  storageDriver: string;
}

/** What the program says about the running lab; secrets are left out. */
export interface StackOutputs {
  url: string;
  statsUrl: string;
  statsUser: string;
  loadBalancer: {
    name: string;
    vmid: number;
    lanAddress: string;
    privateAddress: string;
    /** Undefined: the stack was brought up by an earlier version. */
    profile?: string;
  };
  targets: TargetOutput[];
  database: { name: string; vmid: number; address: string; port: number };
  /** What the lab may count on. Undefined: the stack was brought up by an earlier version. */
  budget?: { memoryMiB: number; diskGiB: number };
  /** Version of the state. Undefined: 1. */
  stateVersion?: number;
}

/** Pulumi's checkpoint of the `dev` stack in the local backend. */
export function checkpointFile(paths: LabPaths): string {
  const stacks = join(paths.state, "pulumi", ".pulumi", "stacks", projectName);
  return join(stacks, `${devStack}.json`);
}

/** The checkpoint and what Pulumi keeps beside it, as far as they are there; other stacks' are not among them. */
export function checkpointFiles(paths: LabPaths): string[] {
  const file = checkpointFile(paths);
  const folder = dirname(file);
  if (!existsSync(folder)) return [];
  const own = readdirSync(folder).filter((name) => name.startsWith(basename(file)));
  return own.map((name) => join(folder, name));
}

/** Outputs of the `dev` stack, read from its checkpoint: half a second faster than asking Pulumi. */
export function devOutputs(paths: LabPaths): StackOutputs | undefined {
  const file = checkpointFile(paths);
  return existsSync(file) ? outputsOf(readFileSync(file, "utf8")) : undefined;
}

/** The stack's outputs in a checkpoint, or undefined when its last `up` did not get that far. */
export function outputsOf(checkpoint: string): StackOutputs | undefined {
  const parsed = JSON.parse(checkpoint) as {
    checkpoint?: { latest?: { resources?: { type: string; outputs?: unknown }[] } };
  };
  const root = parsed.checkpoint?.latest?.resources?.find(
    ({ type }) => type === "pulumi:pulumi:Stack",
  );
  return complete(root?.outputs);
}

/** The same from `pulumi stack output --json`. */
export function complete(outputs: unknown): StackOutputs | undefined {
  const found = outputs as Partial<StackOutputs> | undefined;
  return found?.url && found.loadBalancer && found.targets && found.database
    ? (found as StackOutputs)
    : undefined;
}
