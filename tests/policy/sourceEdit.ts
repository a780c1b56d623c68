import type { SourceEdit } from "../support/editedProgram";

/** A bad edit of the program's sources, and the policy that stops it. */
export interface BadEdit {
  policy: string;
  name: string;
  edits: SourceEdit[];
  config?: Record<string, string>;
  /** Only known in an update, which then refuses the resource before it is made. */
  atUpdate?: boolean;
}

/** A good edit, which every policy lets pass. */
export interface GoodEdit {
  name: string;
  edits: SourceEdit[];
  config?: Record<string, string>;
  policies?: Record<string, object>;
}

export type Edit = [file: string, from: string | RegExp, to: string];

export const bad = (policy: string, edits: Record<string, Edit | Edit[]>): BadEdit[] =>
  Object.entries(edits).map(([name, edit]) => ({ policy, name, edits: sources(edit) }));

export function sources(first: Edit | Edit[], ...more: Edit[]): SourceEdit[] {
  const list = (typeof first[0] === "string" ? [first] : first) as Edit[];
  return [...list, ...more].map(([file, from, to]) => ({ file, from, to }));
}
