import { shellQuote } from "../shell/quote";
import type { Fault, FaultKind } from "./kinds";

/** On the Proxmox node: one file for each fault in force. Its reboot ends faults and files alike. */
const FOLDER = "/run/homelab-faults";

/** A fault in force, as the node's files tell. */
export interface ActiveFault {
  vmid: number;
  kind: string;
  /** Since when, in seconds of the node's clock. */
  since: number;
  /** When it is undone by itself; undefined: never. */
  until?: number;
}

/**
 * A script for the Proxmox node that injects a fault.
 *
 * The repair is scheduled on the node, and before the damage is done: it comes whatever becomes of
 * the caller. The file's token keeps the repair of an earlier fault from ending a later one.
 * Prints the node's time in seconds before and after the damage.
 */
export function injectScript(from: {
  vmid: number;
  kind: FaultKind;
  fault: Fault;
  /** Undefined: the fault stays until it is repaired. */
  seconds?: number;
  /** Differs from call to call. */
  token: string;
}): string {
  const { vmid, kind, fault, seconds, token } = from;
  const file = `${FOLDER}/${vmid}.${kind}`;
  const until = seconds === undefined ? "-" : `$(($(date +%s) + ${seconds}))`;
  return [
    "set -eu",
    `mkdir -p ${FOLDER}`,
    `echo "${token} $(date +%s) ${until}" > ${file}`,
    ...(seconds === undefined ? [] : [later(seconds, repairLater(file, token, fault.undo))]),
    "date +%s.%N",
    `if ! { ${fault.inject}; } >&2; then { ${fault.undo}; } >&2 || :; rm -f ${file}; exit 1; fi`,
    "date +%s.%N",
  ].join("\n");
}

/** What the timer runs: a repair that fails (the CT is just booting) is tried again. */
function repairLater(file: string, token: string, undo: string): string {
  return [
    `for try in 1 2 3 4 5 6; do`,
    `  grep -q "^${token} " ${file} 2>/dev/null || exit 0`,
    `  if { ${undo}; }; then rm -f ${file}; exit 0; fi`,
    "  sleep 5",
    "done",
  ].join("\n");
}

/** Runs text after a while, detached from everything: by systemd where it runs, else by a sleep. */
function later(seconds: number, text: string): string {
  const command = shellQuote(text);
  const sleeping = shellQuote(`sleep ${seconds}\n${text}`);
  return `if [ -d /run/systemd/system ]; then
  systemd-run --quiet --collect --on-active=${seconds} --timer-property=AccuracySec=100ms sh -c ${command} >&2
else
  setsid nohup sh -c ${sleeping} </dev/null >/dev/null 2>&1 &
fi`;
}

/** A script that repairs one kind; the file goes last, so that a failure can be repaired again. */
export function healScript(vmid: number, kind: FaultKind, fault: Fault): string {
  return ["set -eu", `{ ${fault.undo}; } >&2`, `rm -f ${FOLDER}/${vmid}.${kind}`].join("\n");
}

/** A script that prints what is in force, one line each. */
export function listScript(): string {
  return `cd ${FOLDER} 2>/dev/null || exit 0
for file in *.*; do [ ! -f "$file" ] || echo "$file $(cat "$file")"; done`;
}

/** Reads what `listScript` printed. */
export function parseActive(text: string): ActiveFault[] {
  return text
    .split("\n")
    .map((line) => /^(\d+)\.(\w+) \S+ (\d+) (\d+|-)$/.exec(line.trim()))
    .filter((found) => found !== null)
    .map(([, vmid, kind, since, until]) => ({
      vmid: Number(vmid),
      kind: kind!,
      since: Number(since),
      ...(until !== "-" && { until: Number(until) }),
    }));
}
