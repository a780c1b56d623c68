/** One thing a page can do to a target: a command of `./lab`, with the target's name in place of `NAME`. */
export interface PageAction {
  id: string;
  label: string;
  words: readonly string[];
  /** It breaks or drains; undefined: it repairs. */
  breaks?: true;
}

/** Everything that buttons and keys may do; nothing else is accepted. */
export const PAGE_ACTIONS: readonly PageAction[] = [
  { id: "kill", label: "kill", words: ["fault", "NAME", "kill"], breaks: true },
  { id: "hang", label: "freeze", words: ["fault", "NAME", "hang"], breaks: true },
  { id: "drop", label: "drop packets", words: ["fault", "NAME", "drop"], breaks: true },
  { id: "error", label: "half errors", words: ["fault", "NAME", "error=50%"], breaks: true },
  { id: "heal", label: "heal", words: ["heal", "NAME"] },
  { id: "drain", label: "drain", words: ["drain", "NAME"], breaks: true },
  { id: "undrain", label: "undrain", words: ["undrain", "NAME"] },
];

/** The words behind `./lab`. @throws when there is no such action */
export function actionWords(id: string, target: string): string[] {
  const action = PAGE_ACTIONS.find((one) => one.id === id);
  if (!action) throw new Error(`unknown action ${JSON.stringify(id)}`);
  return action.words.map((word) => (word === "NAME" ? target : word));
}

/** The command as a person would type it. */
export function commandLine(words: readonly string[], stack: string): string {
  return ["./lab", ...words, ...(stack === "dev" ? [] : ["--stack", stack])].join(" ");
}
