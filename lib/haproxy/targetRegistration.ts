import { BACKEND, FAIL_OPEN_BACKEND, stateWords } from "./backends";
import { ADMIN_SOCKET, CONFIG } from "./installHaproxy";

/** Scripts for the load balancer's CT that put a target into the rotation and take it out. */

/** Puts a target back to work; prints what HAProxy has against it, which is nothing when it is done. */
export function registerScript(target: string): string {
  return `${ask(stateWords(target, "ready"))}
${otherGroups(target, "ready")}`;
}

/** Commands that set a target's state in the target groups besides `app`, where it is in any. */
export function otherGroups(target: string, state: "drain" | "ready"): string {
  const row = `$4 == "${target}" && $2 != "${BACKEND}" && $2 != "${FAIL_OPEN_BACKEND}"`;
  const words = `{ printf "%sset server %s/%s state ${state}", sep, $2, $4; sep = "; " }`;
  return `others=$(${ask("show servers state")} | awk '${row} ${words}')
[ -z "$others" ] || ${ask("$others")}`;
}

/**
 * Asks the target itself, as the load balancer's check does. What HAProxy knows may be older than the last
 * change of the target: with an ALB's settings it checks every 30 s. Exit status 0: it is healthy.
 */
export function answersScript(target: string): string {
  const row = `$2 == "${BACKEND}" && $4 == "${target}"`;
  return `path=$(awk '$1 == "http-check" && $2 == "send" { for (i = 3; i < NF; i++) if ($i == "uri") { print $(i + 1); exit } }' ${CONFIG} 2>/dev/null)
at=$(${ask(`show servers state ${BACKEND}`)} | awk '${row} { print $5 ":" $19 }')
if [ -z "$at" ]; then echo "not in the load balancer's configuration" >&2; exit 1; fi
curl -fsS -m 3 -o /dev/null "http://$at$path"`;
}

/**
 * Prints how HAProxy sees a target in the rotation: its status, that of its last check, and what the
 * check saw, with tabs between them.
 */
export function healthScript(target: string): string {
  const row = `$1 == "${BACKEND}" && $2 == "${target}"`;
  return `${ask("show stat")} | awk -F, '${row} { print $18 "\\t" $37 "\\t" $57 }'`;
}

/**
 * Gives a target no new requests and waits until it has answered those that it has, as an ALB does.
 *
 * @param seconds the deregistration delay: how long it may take at the most
 */
export function deregisterScript(target: string, seconds: number): string {
  const rows = `$2 == "${target}"`;
  return `${ask(stateWords(target, "drain"))}
${otherGroups(target, "drain")}
for try in $(seq ${seconds * 5}); do
  open=$(${ask("show stat")} | awk -F, '${rows} { sum += $5 } END { print sum + 0 }')
  [ "$open" = 0 ] && break
  sleep 0.2
done`;
}

const ask = (words: string) => `echo "${words}" | socat -t2 - UNIX-CONNECT:${ADMIN_SOCKET}`;
