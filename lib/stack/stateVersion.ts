/**
 * Version of what this program keeps in its state, as the stack output `stateVersion`. It is raised when an
 * earlier program could not work on the state any more. Stacks of before this output have version 1.
 */
export const STATE_VERSION = 2;

/** The version in a stack's outputs. */
export function stateVersionOf(output: unknown): number {
  return typeof output === "number" ? output : 1;
}

/** Why this program must not touch a stack, as a sentence; undefined when it may. */
export function stateVersionProblem(found: number): string | undefined {
  if (found <= STATE_VERSION) return undefined;
  return (
    `the stack was last updated by a newer version of this program (its state has version ${found}, ` +
    `this program knows ${STATE_VERSION}); use that version, or go back as docs/operations.md says`
  );
}
