import type { SshEndpoint } from "../lib/ssh/options";
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

/**
 * Called between the probes of a wait: ends it when there is no hope.
 *
 * @returns the CTs that are stopped now, for the next call
 * @throws when a CT was stopped the last time as well; one that reboots is stopped for a moment
 */
export async function refuseStopped(
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
