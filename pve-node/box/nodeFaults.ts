import { nodePaths } from "../paths";

export type { NodeFaults } from "../faults";

/** The file in the box that says how the node misbehaves on purpose. */
export const faultsFile = nodePaths("").faults;
