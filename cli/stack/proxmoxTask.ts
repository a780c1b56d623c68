import { setTimeout as sleep } from "node:timers/promises";
import { type ApiAccess, callApi } from "../lab/api";

/**
 * Waits for a task of Proxmox to end, for a minute at most.
 *
 * @param upid null where Proxmox had nothing to do
 * @throws when it fails, with its exit status
 */
export async function waitForTask(
  access: ApiAccess,
  node: string,
  upid: string | null,
): Promise<void> {
  if (!upid) return;
  const path = `/nodes/${node}/tasks/${encodeURIComponent(upid)}/status`;
  for (let tries = 0; tries < 120; tries++) {
    const task = await callApi<{ status: string; exitstatus?: string }>(access, "GET", path);
    if (task.status === "stopped") {
      if (task.exitstatus === "OK") return;
      throw new Error(`task ${upid}: ${task.exitstatus}`);
    }
    await sleep(500);
  }
  throw new Error(`task ${upid}: still running after 60 s`);
}
