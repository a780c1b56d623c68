import type { LiveTarget } from "../live/liveModel";

export type Level = "good" | "warn" | "bad";

/** A target's state as views show it: a word, and how bad it is. */
export function stateOf(target: LiveTarget): { level: Level; word: string } {
  const { state, failed, sent } = target;
  switch (state) {
    case "healthy":
      // Its checks may be good while its answers are not.
      if (failed > 0 && failed >= sent / 20) return { level: "bad", word: "answers errors" };
      return { level: "good", word: "healthy" };
    case "initial":
      return { level: "warn", word: "first checks" };
    case "draining":
      return { level: "warn", word: "drained" };
    case "unhealthy":
      return { level: "bad", word: "DOWN" };
    case "unavailable":
      return { level: "bad", word: "unavailable" };
    case "unknown":
      return { level: "warn", word: "not seen yet" };
  }
}

/** Beside the word, so that colour alone says nothing. */
export const stateIcon = (level: Level): string => ({ good: "✓", warn: "◐", bad: "✗" })[level];
