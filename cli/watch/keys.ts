import { PAGE_ACTIONS } from "../../observer/view/actions";

/** What a key does. */
export type KeyMeaning =
  { does: "quit" | "help" } | { does: "choose"; index: number } | { does: "act"; action: string };

/** Keys of actions, by the action's id. */
export const ACTION_KEYS: Record<string, string> = {
  kill: "k",
  hang: "f",
  drop: "p",
  error: "e",
  heal: "h",
  drain: "d",
  undrain: "u",
};

/** What was meant by a key; undefined: nothing. Of a view that only looks, no key acts. */
export function meaningOf(
  key: string,
  from: { targets: number; readonly: boolean },
): KeyMeaning | undefined {
  // Ctrl-C comes as a key while the terminal hands every key over.
  if (key === "q" || key === "\x03") return { does: "quit" };
  if (key === "?") return { does: "help" };
  const index = Number(key) - 1;
  if (/^[1-9]$/.test(key)) return index < from.targets ? { does: "choose", index } : undefined;
  const action = PAGE_ACTIONS.find(({ id }) => ACTION_KEYS[id] === key);
  return action && !from.readonly ? { does: "act", action: action.id } : undefined;
}
