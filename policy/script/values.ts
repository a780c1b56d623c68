/** Texts as far as they can be known before a script runs. */

/** Stands in a text for any characters that cannot be known. */
export const ANY = "\uE000";
/** The same, for characters among which there is no slash. */
export const SEGMENT = "\uE001";

export const isKnown = (text: string): boolean => !text.includes(ANY) && !text.includes(SEGMENT);

/** The text for a message. */
export const shown = (text: string): string => text.replace(/[\uE000\uE001]/g, "…");

/** What a condition says about a file when it holds, or when it does not. */
export interface FileFact {
  path: string;
  text: string;
}

/** How a command ended, as far as that can be known. */
export interface Outcome {
  /** Undefined: it may succeed or fail. */
  succeeded?: boolean;
  /** Standard output; undefined when it cannot be known. */
  output?: string;
  ifTrue: FileFact[];
  ifFalse: FileFact[];
}

export function outcome(succeeded?: boolean, output?: string): Outcome {
  return { succeeded, output, ifTrue: [], ifFalse: [] };
}

export function negated({ succeeded, ifTrue, ifFalse }: Outcome): Outcome {
  const is = succeeded === undefined ? undefined : !succeeded;
  return { succeeded: is, ifTrue: ifFalse, ifFalse: ifTrue };
}
