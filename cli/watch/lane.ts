import type { LiveSnapshot } from "../../observer/live/liveModel";
import type { Line, Piece, Style } from "./styled";

const SPAN_MS = 60_000;

/** The last minute of one target: in the rotation, out, drained, and where a fault began. */
export function lane(snapshot: LiveSnapshot, name: string, index: number, width: number): Line {
  const { at, incidents } = snapshot;
  const cells = Math.max(10, width - 13);
  const own = incidents.filter((one) => one.target === name);
  const pieces = Array.from({ length: cells }, (_, i): Piece => {
    const from = at - SPAN_MS + (SPAN_MS * i) / cells;
    const to = from + SPAN_MS / cells;
    const within = (moment?: number) => moment !== undefined && moment >= from && moment < to;
    if (own.some(({ faultAt }) => within(faultAt))) return ["!", "bad"];
    const out = own.find(
      ({ outAt, backAt }) => outAt !== undefined && outAt < to && (backAt ?? at) > from,
    );
    if (out) return out.drained ? ["▒", "warn"] : ["█", "bad"];
    return ["─", from < snapshot.startedAt ? "soft" : "good"];
  });
  return [[name.slice(0, 8).padEnd(9), `t${index}`], ...joined(pieces), [" 60s", "soft"]];
}

/** Neighbours of one style are one piece: fewer bytes for a slow line. */
function joined(pieces: readonly Piece[]): Piece[] {
  const all: [string, Style][] = [];
  for (const [text, style] of pieces) {
    const last = all.at(-1);
    if (last?.[1] === style) last[0] += text;
    else all.push([text, style]);
  }
  return all;
}
