import { failure } from "../errors";
import type { TaskLog } from "../contract";
import { execute } from "../os/command";
import { readCt, refuseLocked, withConfigLock } from "./configStore";
import { loopDevicesOf } from "./disks";
import type { LxcHost } from "./lxcHost";
import { isRunning } from "./processes";
import { startCt } from "./start";
import { volumePath } from "./storages";
import { mountedVolumes } from "./volumes";
import { waitFor } from "./waitFor";

/** How long the monitor may take to leave after the CT's last process. */
const leaveSeconds = 15;

async function requireRunning(host: LxcHost, vmid: number): Promise<Record<string, string>> {
  const { config } = await readCt(host, vmid);
  refuseLocked(config);
  if (!(await isRunning(host, vmid))) throw failure(`CT ${vmid} not running`);
  return config.options;
}

/** Waits until nothing of a stopped CT is left: its monitor, and the loop devices of its disks. */
async function settle(host: LxcHost, vmid: number, options: Record<string, string>) {
  const gone = await waitFor(async () => !(await isRunning(host, vmid)), leaveSeconds);
  if (!gone) throw new Error("container did not stop");
  for (const volid of mountedVolumes(options)) {
    const image = await volumePath(host, volid);
    await waitFor(async () => (await loopDevicesOf(image)).length === 0, leaveSeconds, 50);
  }
}

/** Ends a CT at once. What is checked holds until it has ended: a start waits for the same lock. */
export async function stopCt(host: LxcHost, vmid: number): Promise<void> {
  await withConfigLock(host, vmid, async () => {
    const options = await requireRunning(host, vmid);
    await execute("lxc-stop", ["-n", String(vmid), "--kill"]);
    await settle(host, vmid, options);
  });
}

export interface ShutdownOptions {
  /** @default 60 */
  timeoutSeconds?: number;
  /** Kill it when it has not stopped by then. */
  forceStop?: boolean;
}

/**
 * Asks a CT to shut down. The lock is held for the check alone, so that a CT which takes its time can be
 * stopped meanwhile.
 *
 * @param signal ends the waiting; the CT goes on with what it was asked for.
 */
export async function shutdownCt(
  host: LxcHost,
  vmid: number,
  { timeoutSeconds = 60, forceStop = false }: ShutdownOptions = {},
  signal?: AbortSignal,
): Promise<void> {
  const options = await withConfigLock(host, vmid, () => requireRunning(host, vmid));
  const args = ["-n", String(vmid), "--timeout", String(timeoutSeconds)];
  const result = await execute("lxc-stop", forceStop ? args : [...args, "--nokill"], {
    ...(signal && { signal }),
  });
  if (signal?.aborted) throw new Error("received interrupt");
  if (result.code !== 0 && (await isRunning(host, vmid))) throw new Error("container did not stop");
  await settle(host, vmid, options);
}

/** Shuts a CT down and starts it with the configuration as it is now. */
export async function rebootCt(
  host: LxcHost,
  vmid: number,
  timeoutSeconds: number | undefined,
  log: TaskLog,
): Promise<void> {
  await shutdownCt(host, vmid, { timeoutSeconds, forceStop: true }, log.signal);
  await startCt(host, vmid, log);
}
