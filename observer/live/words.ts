import { weightText } from "../anomalies";
import type { Incident } from "./incidents";
import type { LiveSnapshot } from "./liveModel";

/** What the first line of a view says, and how bad it is. */
export interface Headline {
  level: "good" | "warn" | "bad";
  /** What is the matter: which target, in a few words. */
  title: string;
  /** Why, since when, and what it cost. */
  text: string;
  /** The same piece by piece, of a target that is broken; label and value. */
  facts?: [label: string, value: string][];
}

/** `01:02:03`, in the reader's own time. */
export function clock(at: number): string {
  const date = new Date(at);
  return [date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(":");
}

const two = (value: number) => String(value).padStart(2, "0");

/** `850 ms`, `4.2 s`, `12 s`, `3 min 05 s`. */
export function span(ms: number): string {
  if (ms < 1000) return `${Math.max(0, Math.round(ms))} ms`;
  if (ms < 9950) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${two(seconds % 60)} s`;
}

/** `1 request`, `12 requests`. */
export const requests = (count: number): string => `${count} request${count === 1 ? "" : "s"}`;

/** What an incident cost: `3 requests lost, 2 failed attempts hidden by retries`. */
export function costOf({ lost, masked }: Pick<Incident, "lost" | "masked">): string {
  const hidden = `${masked} failed attempt${masked === 1 ? "" : "s"} hidden by retries`;
  return `${requests(lost)} lost${masked > 0 ? `, ${hidden}` : ""}`;
}

/** The short name of what goes on: `app2 is DOWN`. */
export function incidentTitle(one: Incident): string {
  if (one.endedAt !== undefined) return `${one.target} is back`;
  if (one.backAt !== undefined || one.outAt === undefined) {
    return one.backAt === undefined
      ? `${one.target} is broken, but healthy to its checks`
      : `${one.target} is back, its fault is still in force`;
  }
  return one.drained ? `${one.target} is drained` : `${one.target} is DOWN`;
}

/** An incident in one sentence or two, at the moment `at`. */
export function incidentText(one: Incident, at: number): string {
  const { target, outAt, why, reason, backAt, endedAt, fault, faultAt } = one;
  const parts: string[] = [];
  if (fault !== undefined && faultAt !== undefined) {
    parts.push(`${clock(faultAt)} fault ${fault} on ${target}.`);
  }
  if (outAt !== undefined) {
    const verb = one.drained ? "was taken out of the rotation" : "went DOWN";
    const because = why === undefined ? "" : `, because ${why}`;
    const code = reason === undefined ? "" : `, ${reason}`;
    parts.push(`${clock(outAt)} ${target} ${verb}${because}${code}.`);
    if (backAt !== undefined) {
      parts.push(`${clock(backAt)} it is back, after ${span(backAt - outAt)}.`);
    } else parts.push(`Out for ${span(at - outAt)}.`);
  } else if (endedAt !== undefined) {
    parts.push(`${clock(endedAt)} the fault is over; it was in the rotation all the time.`);
  } else {
    parts.push("Its checks are good, so it still gets requests.");
  }
  parts.push(`${costOf(one)}.`);
  return parts.join(" ");
}

/** What one asks first of an incident. */
export function incidentFacts(one: Incident, at: number): [label: string, value: string][] {
  const { why, reason, outAt, backAt, fault, faultAt, startedAt, lost, masked } = one;
  const since = outAt ?? startedAt;
  const checks = outAt === undefined ? "its checks are good" : (why ?? "not known");
  return [
    ["why", reason === undefined ? checks : `${checks}, ${reason}`],
    ["since", `${clock(since)}, ${span((backAt ?? at) - since)}`],
    ["lost", requests(lost)],
    ["hidden by retries", String(masked)],
    ...(faultAt === undefined
      ? []
      : ([["fault", `${fault} at ${clock(faultAt)}`]] satisfies [string, string][])),
  ];
}

/** The worst that goes on, else what was last, else that all is well. */
export function headline(snapshot: LiveSnapshot): Headline {
  const { incidents, at, targets, troubles, totals } = snapshot;
  const open = incidents.filter(({ endedAt }) => endedAt === undefined);
  const worst = [...open].sort((a, b) => weightOf(b) - weightOf(a))[0];
  if (worst) {
    const others = open.length - 1;
    const more = others > 0 ? ` and ${others} more` : "";
    const reduced = targets.find(({ name }) => name === worst.target)?.setWeight;
    const weight = reduced ? ` Its ${weightText(reduced, clock)}.` : "";
    const text = `${incidentText(worst, at)}${weight}`;
    const level = worst.drained && worst.lost === 0 ? "warn" : "bad";
    const facts = incidentFacts(worst, at);
    return { level, title: `${incidentTitle(worst)}${more}`, text, facts };
  }
  const trouble = troubles[0];
  if (trouble) {
    const title = `${trouble.source} does not answer`;
    return { level: "bad", title, text: `Since ${clock(trouble.since)}: ${trouble.error}` };
  }
  const reduced = targets.find(({ setWeight }) => setWeight?.owner === "anomaly");
  if (reduced?.setWeight) {
    const text = `Its ${weightText(reduced.setWeight, clock)}.`;
    return { level: "warn", title: `${reduced.name} gets fewer requests`, text };
  }
  const grey = targets.find(({ failed, sent }) => failed > 0 && failed >= sent / 20);
  if (grey) {
    const text = `${grey.failed} of its last ${grey.sent} answers were errors, while its checks are good.`;
    return { level: "bad", title: `${grey.name} answers errors`, text };
  }
  if (targets.some(({ state }) => state === "unknown")) {
    return { level: "warn", title: "Looking …", text: "The load balancer was not heard yet." };
  }
  const last = incidents[0];
  const text = last
    ? `Last: ${incidentText(last, at)}`
    : `${totals.failed} of ${requests(totals.sent)} lost since ${clock(snapshot.startedAt)}.`;
  return { level: "good", title: `All ${targets.length} targets are healthy`, text };
}

/** Out and losing requests weighs most, a drain least. */
function weightOf(one: Incident): number {
  if (one.drained) return 0;
  return one.outAt !== undefined && one.backAt === undefined ? 2 : 1;
}
