import * as pulumi from "@pulumi/pulumi";
import { stateVersionOf, stateVersionProblem } from "../lib/stack/stateVersion";

/**
 * Names of the targets that the last update of this stack brought up, from the stack's own outputs. Their
 * changes go from node to node; new nodes are made side by side. A first update has none.
 *
 * @throws RunError when a newer version of the program has updated the stack
 */
export async function servingNodes(): Promise<ReadonlySet<string>> {
  const name = `${pulumi.getOrganization()}/${pulumi.getProject()}/${pulumi.getStack()}`;
  const self = new pulumi.StackReference("self", { name });
  const read = async (output: string) =>
    ((await self.getOutputDetails(output)) as { value?: unknown }).value;
  const problem = stateVersionProblem(stateVersionOf(await read("stateVersion")));
  if (problem) throw new pulumi.RunError(problem);
  const value = await read("targets");
  const targets = Array.isArray(value) ? (value as { name?: string }[]) : [];
  return new Set(targets.flatMap((target) => target.name ?? []));
}

/**
 * App nodes in the order in which they are changed. Those that do not serve come first, for no other may
 * be taken out before they are back; `./lab up` names them in HOMELAB_ROLL_FIRST, separated by commas.
 */
export function rollOrder<T extends { name: string }>(nodes: readonly T[]): readonly T[] {
  const first = (process.env.HOMELAB_ROLL_FIRST ?? "").split(",");
  const isFirst = ({ name }: T) => first.includes(name);
  return [...nodes.filter(isFirst), ...nodes.filter((node) => !isFirst(node))];
}
