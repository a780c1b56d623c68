import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type ApiAccess, callApi } from "../lab/api";
import { vmidOf } from "../lab/guests";
import { inCt, type NodeAccess, onNode } from "../lab/ssh";
import { run } from "../../system/exec";
import type { LabPaths } from "../../system/labPaths";
import {
  type BackendLock,
  type Leftover,
  leftoversOf,
  type StackExport,
  withoutPending,
} from "./interrupted";
import { waitForTask } from "./proxmoxTask";
import { devStack, projectName } from "./workingCopy";

/** How long an earlier Pulumi that is still at work is waited for. */
const waitMinutes = 10;

/**
 * Waits for a Pulumi process that outlived its `./lab`, and removes the lock of one that is gone.
 *
 * @throws when the other one does not end in time.
 */
export async function waitForOtherPulumi(
  paths: LabPaths,
  note: (text: string) => void,
): Promise<void> {
  const folder = join(
    ...[paths.state, "pulumi", ".pulumi", "locks", "organization", projectName, devStack],
  );
  const deadline = Date.now() + waitMinutes * 60_000;
  while (existsSync(folder)) {
    const alive = readdirSync(folder)
      .filter((name) => name.endsWith(".json"))
      .map((name) => ({ file: join(folder, name), lock: readLock(join(folder, name)) }))
      .filter(({ file, lock }) => {
        if (!lock) return false;
        if (lock.hostname !== hostname() || isPulumi(lock.pid)) return true;
        rmSync(file, { force: true });
        rmSync(`${file}.attrs`, { force: true }); // the backend's own companion file
        return false;
      });
    if (alive.length === 0) return;
    const { file, lock } = alive[0]!;
    if (Date.now() > deadline) {
      throw new Error(
        `stack "${devStack}": locked by pulumi pid ${lock!.pid} on ${lock!.hostname}; ` +
          `end it, or remove ${file} when it is gone`,
      );
    }
    note(`waiting for pulumi (pid ${lock!.pid}), which an earlier command left at work`);
    await sleep(1000);
  }
}

function readLock(file: string): BackendLock | undefined {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as BackendLock;
  } catch {
    return undefined; // given back meanwhile
  }
}

function isPulumi(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/comm`, "utf8").trim() === "pulumi";
  } catch {
    return false;
  }
}

/**
 * Makes a stack that was killed in the middle ready for the next `up`: removes what cut-off creates
 * left on Proxmox, then drops the pending operations from the state.
 *
 * @returns how many operations were pending.
 */
export async function repairInterrupted(from: {
  paths: LabPaths;
  pulumi: string;
  env: Record<string, string | undefined>;
  api: { access: ApiAccess; node: string };
  ssh: NodeAccess;
  note: (text: string) => void;
}): Promise<number> {
  const options = { cwd: from.paths.root, env: from.env };
  const exported = JSON.parse(
    await run(from.pulumi, ["stack", "export", "--non-interactive"], options),
  ) as StackExport;
  const pending = exported.deployment?.pending_operations ?? [];
  if (pending.length === 0) return 0;
  for (const leftover of leftoversOf(exported)) {
    from.note(
      `removing ${leftover.kind} ${leftover.kind === "ct" ? leftover.vmid : leftover.name}`,
    );
    await remove(leftover, from.api, from.ssh);
  }
  await run(from.pulumi, ["stack", "import", "--non-interactive"], {
    ...options,
    stdin: JSON.stringify(withoutPending(exported)),
  });
  return pending.length;
}

async function remove(
  leftover: Leftover,
  { access, node }: { access: ApiAccess; node: string },
  ssh: NodeAccess,
): Promise<void> {
  switch (leftover.kind) {
    case "ct":
      return removeCt(access, leftover.nodeName || node, leftover.vmid);
    case "bridge": {
      const path = `/nodes/${leftover.nodeName || node}/network`;
      const found = await callApi<{ iface: string }[]>(access, "GET", path);
      if (!found.some(({ iface }) => iface === leftover.name)) return;
      await callApi(access, "DELETE", `${path}/${leftover.name}`);
      await waitForTask(access, node, await callApi<string | null>(access, "PUT", path));
      return;
    }
    case "docker": {
      const vmid = await vmidOf(leftover.guest, ssh, undefined);
      if (vmid !== undefined) {
        await onNode(ssh, inCt(vmid, ["docker", "rm", "--force", leftover.name]));
      }
      return;
    }
  }
}

/** The create may still run on Proxmox: it does not end because its client did. */
async function removeCt(access: ApiAccess, node: string, vmid: number): Promise<void> {
  let seen = "nothing";
  for (let tries = 0; tries < 60; tries++) {
    const list = await callApi<{ vmid: number | string }[]>(access, "GET", `/nodes/${node}/lxc`);
    if (!list.some((guest) => Number(guest.vmid) === vmid)) return;
    try {
      const path = `/nodes/${node}/lxc/${vmid}?force=1&purge=1`;
      await waitForTask(access, node, await callApi<string>(access, "DELETE", path));
    } catch (error) {
      seen = (error as Error).message;
      await sleep(1000);
    }
  }
  throw new Error(`CT ${vmid}: left by an interrupted up and cannot be removed (last: ${seen})`);
}
