import { shellQuote } from "../../lib/shell/quote";
import { type Fault, SERVICE } from "./kinds";
import { type FaultKind, type FaultSpec, formatFault, parseFault } from "./faultSpec";

/** On the Proxmox node: one file for each fault in force. Its reboot ends faults and files alike. */
const FOLDER = "/run/homelab-faults";

/**
 * Held while damage is done or undone: a repair waits for damage that is under way, even when
 * whoever ordered it is gone. What is started meanwhile must not inherit it.
 */
const LOCK = `${FOLDER}/.lock`;
const KEEP_LOCK = "9>&-";

/** A fault that was injected, as the node's files tell. */
export interface ActiveFault {
  vmid: number;
  spec: FaultSpec;
  /** Since when, in seconds of the node's clock. */
  since: number;
  /** When it is undone by itself; undefined: never. */
  until?: number;
  /** A fault may have ended by other means: its CT was rebooted, or its service was started by hand. */
  over: boolean;
}

/** Tells one run of a CT from the next: when its init began. "-" while it does not run. */
const RUN_OF_CT = `run_of_ct() {
  pid=$(lxc-info -n "$1" -p -H 2>/dev/null) || pid=
  [ -n "$pid" ] && cut -d" " -f22 "/proc/$pid/stat" 2>/dev/null || echo -
}`;

/**
 * A script for the Proxmox node that injects a fault.
 *
 * The repair is scheduled on the node, and before the damage is done: it comes whatever becomes of
 * the caller. The file's token keeps the repair of an earlier fault from ending a later one.
 * Prints the node's time in seconds before and after the damage.
 */
export function injectScript(from: {
  vmid: number;
  spec: FaultSpec;
  fault: Fault;
  /** Undefined: the fault stays until it is repaired. */
  seconds?: number;
  /** Differs from call to call. */
  token: string;
}): string {
  const { vmid, spec, fault, seconds, token } = from;
  const file = `${FOLDER}/${vmid}.${spec.kind}`;
  const until = seconds === undefined ? "-" : `$(($(date +%s) + ${seconds}))`;
  return [
    "set -eu",
    `mkdir -p ${FOLDER}`,
    `exec 9> ${LOCK}; flock 9`,
    RUN_OF_CT,
    `echo "${token} $(date +%s) ${until} $(run_of_ct ${vmid}) ${formatFault(spec)}" > ${file}`,
    ...(seconds === undefined ? [] : [later(seconds, repairLater(file, token, fault.undo))]),
    "date +%s.%N",
    `if ! { ${fault.inject}; } >&2 ${KEEP_LOCK}; then`,
    `  { ${fault.undo}; } >&2 ${KEEP_LOCK} || :; rm -f ${file}; exit 1`,
    "fi",
    "date +%s.%N",
  ].join("\n");
}

/** What the timer runs: a repair that fails (the CT is just booting) is tried again. */
function repairLater(file: string, token: string, undo: string): string {
  return [
    "for try in 1 2 3 4 5 6; do",
    `  { flock 9; grep -q "^${token} " ${file} 2>/dev/null || exit 0`,
    `    if { ${undo}; } ${KEEP_LOCK}; then rm -f ${file}; exit 0; fi; } 9> ${LOCK}`,
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
  setsid nohup sh -c ${sleeping} </dev/null >/dev/null 2>&1 ${KEEP_LOCK} &
fi`;
}

/** A script that repairs one kind; the file goes last, so that a failure can be repaired again. */
export function healScript(vmid: number, kind: FaultKind, fault: Fault): string {
  return [
    "set -eu",
    `mkdir -p ${FOLDER}`,
    `exec 9> ${LOCK}; flock 9`,
    `{ ${fault.undo}; } >&2 ${KEEP_LOCK}`,
    `rm -f ${FOLDER}/${vmid}.${kind}`,
  ].join("\n");
}

/**
 * A script that prints what was injected, one line each: name of the file, its words, the run of the
 * CT now, and whether the service's container runs where it was killed.
 */
export function listScript(): string {
  return `cd ${FOLDER} 2>/dev/null || exit 0
${RUN_OF_CT}
for file in *.*; do
  [ -f "$file" ] || continue
  vmid=\${file%%.*} serving=-
  case "$file" in *.kill) serving=$(pct exec "$vmid" -- docker inspect -f "{{.State.Running}}" ${SERVICE} 2>/dev/null) || serving=- ;; esac
  echo "$file $(cat "$file") $(run_of_ct "$vmid") $serving"
done`;
}

/** Reads what `listScript` printed; lines of another form are left out. */
export function parseActive(text: string): ActiveFault[] {
  return text.split("\n").flatMap((line): ActiveFault[] => {
    const found = /^(\d+)\.\w+ \S+ (\d+) (\d+|-) (\d+|-) (\S+) (\d+|-) (\S+)$/.exec(line.trim());
    if (!found) return [];
    const [, vmid, since, until, runThen, words, runNow, serving] = found;
    const spec = specOf(words!);
    if (!spec) return [];
    return [
      {
        vmid: Number(vmid),
        spec,
        since: Number(since),
        ...(until !== "-" && { until: Number(until) }),
        // Docker does not start what was killed, not even after a reboot.
        over: spec.kind === "kill" ? serving === "true" : runNow !== "-" && runThen !== runNow,
      },
    ];
  });
}

/** Undefined where an earlier version named a kind that there is no longer. */
function specOf(words: string): FaultSpec | undefined {
  try {
    return parseFault(words);
  } catch {
    return undefined;
  }
}
