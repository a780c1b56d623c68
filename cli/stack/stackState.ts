import { existsSync, readFileSync } from "node:fs";
import type { CommandContext } from "../core/command";
import type { StackExport } from "./interrupted";
import { checkpointFile } from "./outputs";
import { nameOfUrn } from "./urn";
import { devStack } from "./workingCopy";

/** A resource in the state, as far as it is read here. */
export interface StateResource {
  urn: string;
  type: string;
  protect?: boolean;
  /** When it was made. */
  created?: string;
  replacementTrigger?: unknown;
  inputs?: Record<string, unknown>;
  outputs?: Record<string, unknown>;
}

/** The state of the `dev` stack from its checkpoint: a second faster than asking Pulumi. */
export function devState({
  paths,
  stack,
}: Pick<CommandContext, "paths" | "stack">): StackExport | undefined {
  const file = checkpointFile(paths);
  if (stack !== devStack || !existsSync(file)) return undefined;
  const { checkpoint } = JSON.parse(readFileSync(file, "utf8")) as {
    checkpoint?: { latest?: StackExport["deployment"] };
  };
  return { deployment: checkpoint?.latest ?? {} };
}

export const resourcesOf = ({ deployment }: StackExport) =>
  (deployment.resources ?? []) as StateResource[];

/** A CT as the state has it. */
export interface StateCt {
  name: string;
  vmid: number;
  /** Volume id of the template that it was made from. */
  template: string;
  /** Pulumi does not delete it. */
  protect: boolean;
  /** When it was made. */
  created: string;
  /** The state knows its generation: without one another generation would replace nothing. */
  counted: boolean;
}

export function ctsOf(state: StackExport): StateCt[] {
  return resourcesOf(state)
    .filter(({ type }) => /^proxmoxve:.*:Container(Legacy)?$/.test(type))
    .map(({ urn, protect, created = "", replacementTrigger, inputs = {} }) => {
      const system = inputs.operatingSystem as { templateFileId?: string } | undefined;
      return {
        name: nameOfUrn(urn).replace(/-ct$/, ""),
        vmid: Number(inputs.vmId),
        template: system?.templateFileId ?? "",
        protect: protect === true,
        created,
        counted: replacementTrigger !== undefined,
      };
    });
}
