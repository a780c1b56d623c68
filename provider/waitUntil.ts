import type { SshEndpoint } from "../lib/ssh/sshOptions";
import { runScript } from "./ssh";

/** CTs without which something cannot get ready, and the Proxmox node that knows how they are. */
export interface CtsToRun {
  node: SshEndpoint;
  vmids: number[];
}

/** A CT that starts needs some probes; only then is its state worth the question. */
const PATIENT_PROBES = 3;

/** CTs that are stopped; none where the node does not say. */
async function stoppedCts({ node, vmids }: CtsToRun): Promise<string[]> {
  const script = `for id in ${vmids.join(" ")}; do pct status $id | sed "s/^/$id /"; done`;
  const { stdout } = await runScript(node, script, 30);
  const lines = stdout.trim().split("\n");
  return lines.flatMap((line) => /^(\d+) status: stopped$/.exec(line)?.[1] ?? []);
}

/** Something that takes its time to become as it should be. */
interface Wait {
  subject: string;
  /** What it is not when the time is over, for example `ready`. */
  wanted: string;
  /** CTs that must run for it; undefined: none is known. */
  cts: CtsToRun | undefined;
  deadlineSeconds: number;
  everyMs: number;
  /** One probe: undefined when all is well, else what it saw. */
  look: () => Promise<string | undefined>;
}

/**
 * Probes until all is well.
 *
 * @throws after the deadline, with the last observation, or as soon as a CT that it needs has stopped.
 */
export async function waitUntil(wait: Wait): Promise<void> {
  const { subject, deadlineSeconds } = wait;
  const end = Date.now() + deadlineSeconds * 1000;
  let stoppedBefore: string[] = [];
  for (let probes = 1; ; probes++) {
    const last = await wait.look();
    if (last === undefined) return;
    stoppedBefore = await refuseStopped(subject, wait.cts, { probes, last, stoppedBefore });
    if (Date.now() >= end) {
      throw new Error(
        `${subject}: not ${wait.wanted} after ${deadlineSeconds} s (${probes} probes, last: ${last})`,
      );
    }
    await new Promise((resolve) => setTimeout(resolve, wait.everyMs));
  }
}

/**
 * Ends a wait when there is no hope.
 *
 * @returns the CTs that are stopped now, for the next call
 * @throws when a CT was stopped the last time as well; one that reboots is stopped for a moment
 */
async function refuseStopped(
  subject: string,
  cts: CtsToRun | undefined,
  seen: { probes: number; last: string; stoppedBefore: string[] },
): Promise<string[]> {
  if (!cts || seen.probes < PATIENT_PROBES) return [];
  const stopped = await stoppedCts(cts);
  const [dead, ...others] = stopped.filter((vmid) => seen.stoppedBefore.includes(vmid));
  if (dead === undefined) return stopped;
  throw new Error(
    `${subject}: cannot get ready without a CT that has stopped, got ${[dead, ...others].join(", ")} ` +
      `after ${seen.probes} probes (last: ${seen.last}); ` +
      `pct start ${dead} on the Proxmox node starts it, or says why not`,
  );
}
