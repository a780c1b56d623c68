import { HAPROXY_UNIT } from "../stack/units";
import { BACKEND } from "./backends";
import { ADMIN_SOCKET } from "./installHaproxy";

/** Rules for taking one target out of the rotation before it is changed. */

/** What a script prints for a load balancer that sends nobody a request. */
const SILENT = "== no load balancer";

/**
 * A script for the Proxmox node that prints the load balancer's statistics, or that there is none at work:
 * its CT does not run, or HAProxy in it does not.
 */
export function statsScript(loadBalancer: number): string {
  const inside = `systemctl -q is-active ${HAPROXY_UNIT} || { echo "${SILENT}"; exit 0; }; echo "show stat" | socat -t2 - UNIX-CONNECT:${ADMIN_SOCKET}`;
  return `if pct status ${loadBalancer} 2>/dev/null | grep -q running; then
  pct exec ${loadBalancer} -- bash -c '${inside}'
else
  echo "${SILENT}"
fi`;
}

/** State of each target as HAProxy writes it, by name; undefined where no load balancer is at work. */
export function targetStates(answer: string): Map<string, string> | undefined {
  if (answer.includes(SILENT)) return undefined;
  const rows = answer
    .split("\n")
    .map((line) => line.split(","))
    .filter(([backend, server]) => backend === BACKEND && server !== "BACKEND");
  return new Map(rows.map((row) => [row[1] ?? "", row[17] ?? ""]));
}

/** In the rotation: HAProxy sends it requests. */
const isIn = (state: string | undefined) => /^(UP|no check)/.test(state ?? "");

/** In the rotation, and its last checks have passed: `UP 1/2` is on its way out. */
const serves = (state: string | undefined) => state === "UP" || state === "no check";

/** Whether there is anything to take out; a target that gets no requests need not be drained. */
export function isInRotation(states: ReadonlyMap<string, string> | undefined, target: string) {
  return isIn(states?.get(target));
}

/** The other targets, without those that are only now made and do not serve yet. */
function othersOf(
  states: ReadonlyMap<string, string>,
  target: string,
  newcomers: readonly string[],
): [name: string, state: string][] {
  return [...states].filter(
    ([name, state]) => name !== target && (serves(state) || !newcomers.includes(name)),
  );
}

/** Other targets that should serve and do not. */
export function othersOut(
  states: ReadonlyMap<string, string>,
  target: string,
  newcomers: readonly string[],
): [name: string, state: string][] {
  return othersOf(states, target, newcomers).filter(([, state]) => !serves(state));
}

/**
 * Why a target must not be taken out now, as a sentence; undefined when it may.
 *
 * @param newcomers targets that are only now made: they need not serve, and do not count
 * @param allowOutage whether the only target may be taken out
 */
export function drainProblem(
  states: ReadonlyMap<string, string>,
  target: string,
  newcomers: readonly string[],
  allowOutage: boolean,
): string | undefined {
  if (othersOf(states, target, newcomers).length === 0) {
    if (allowOutage) return undefined;
    return (
      `target ${target} is the only one, and the service is down while it is changed; ` +
      "add a second app node first, or accept the outage with: ./lab up --allow-outage"
    );
  }
  const out = othersOut(states, target, newcomers);
  if (out.length === 0) return undefined;
  const list = out.map(([name, state]) => `${name} ${state}`).join(", ");
  return (
    `target ${target} is not taken out while others do not serve (${list}), and nothing of it was ` +
    `changed; repair them first: ./lab status says why they are out, ./lab heal and ./lab undrain put them back`
  );
}
