import { AppNode, type AppNodeArgs } from "./appNode";
import { rollOrder } from "./serving";

/** An app node as `rollingNodes` makes it: in which order is its business. */
export interface RollingNode {
  name: string;
  args: Omit<AppNodeArgs, "after" | "newcomers">;
}

/**
 * The app nodes of one load balancer, in the order in which they change: those that serve already one after the
 * other, each once the one before is back; new ones side by side.
 *
 * @param serving names of the targets that an earlier update brought up: `servingNodes()`
 */
export function rollingNodes(
  nodes: readonly RollingNode[],
  serving: ReadonlySet<string>,
): AppNode[] {
  const newcomers = nodes.map(({ name }) => name).filter((name) => !serving.has(name));
  const made: AppNode[] = [];
  for (const { name, args } of rollOrder(nodes)) {
    const after = serving.has(name) ? made.at(-1) : undefined;
    made.push(new AppNode(name, { ...args, after, newcomers }));
  }
  return made;
}
