import { readFile, statfs } from "node:fs/promises";
import { availableParallelism } from "node:os";
import type { CtConfig } from "../codec/ctConfig";
import { parseRootfs } from "../codec/mountPoint";
import { parseSize } from "../codec/size";
import { cgroupVersion, readCgroup } from "./cgroup";
import { listVmids, readCt } from "./configStore";
import { vethName, type LxcHost } from "./lxcHost";
import { netsOf } from "./lxcConfig";
import { initPid, processUptime, runningVmids } from "./processes";

/** A CT as `status/current` and the list answer it; sizes in bytes. */
export interface CtStatus {
  vmid: number;
  type: "lxc";
  status: "running" | "stopped";
  name: string;
  cpus: number;
  cpu: number;
  maxmem: number;
  mem: number;
  maxswap: number;
  swap: number;
  maxdisk: number;
  disk: number;
  uptime: number;
  netin: number;
  netout: number;
  diskread: number;
  diskwrite: number;
  pid?: number;
  lock?: string;
  tags?: string;
  template?: 1;
}

const mebibyte = 1024 * 1024;

/** What the configuration alone says. */
export function configuredStatus(vmid: number, config: CtConfig): CtStatus {
  const { options } = config;
  const cores = Number(options.cores ?? availableParallelism());
  const limit = Number(options.cpulimit ?? 0);
  return {
    vmid,
    type: "lxc",
    status: "stopped",
    name: options.hostname ?? `CT${vmid}`,
    cpus: limit > 0 ? Math.min(cores, limit) : cores,
    cpu: 0,
    maxmem: Number(options.memory ?? 512) * mebibyte,
    mem: 0,
    maxswap: Number(options.swap ?? 0) * mebibyte,
    swap: 0,
    maxdisk: options.rootfs ? (parseSize(parseRootfs(options.rootfs).size ?? "0") ?? 0) : 0,
    ...{ disk: 0, uptime: 0, netin: 0, netout: 0, diskread: 0, diskwrite: 0 },
    ...(options.lock && { lock: options.lock }),
    ...(options.tags && { tags: options.tags }),
    ...(options.template === "1" && { template: 1 }),
  };
}

export async function ctStatus(host: LxcHost, vmid: number): Promise<CtStatus> {
  const { config } = await readCt(host, vmid);
  return measure(vmid, config, (await runningVmids(host)).has(vmid));
}

/** Every CT of the node; one that disappears meanwhile is left out. */
export async function listCts(host: LxcHost): Promise<CtStatus[]> {
  const running = await runningVmids(host);
  const found = await Promise.all(
    (await listVmids(host)).map(async (vmid) => {
      const stored = await readCt(host, vmid).catch(() => undefined);
      return stored && measure(vmid, stored.config, running.has(vmid));
    }),
  );
  return found.filter((status) => status !== undefined);
}

async function measure(vmid: number, config: CtConfig, running: boolean): Promise<CtStatus> {
  const status = configuredStatus(vmid, config);
  const pid = running ? await initPid(vmid) : undefined;
  if (pid === undefined) return running ? { ...status, status: "running" } : status;
  try {
    const [uptime, memory, disk, net] = await Promise.all([
      processUptime(pid),
      memoryUse(vmid),
      statfs(`/proc/${pid}/root`),
      netUse(vmid, config.options),
    ]);
    return {
      ...status,
      status: "running",
      pid,
      uptime,
      cpu: await cpuUse(vmid, status.cpus),
      ...memory,
      ...net,
      disk: (disk.blocks - disk.bfree) * disk.bsize,
      maxdisk: disk.blocks * disk.bsize,
    };
  } catch {
    return status; // it stopped while it was looked at
  }
}

const statValue = (text: string | undefined, key: string) =>
  Number(new RegExp(`^${key} (\\d+)`, "m").exec(text ?? "")?.[1] ?? 0);

async function memoryUse(vmid: number): Promise<{ mem: number; swap: number }> {
  const version = cgroupVersion();
  const stat = await readCgroup(vmid, "memory.stat", version);
  if (version === 2) {
    const used = Number((await readCgroup(vmid, "memory.current", version)) ?? 0);
    const swap = Number((await readCgroup(vmid, "memory.swap.current", version)) ?? 0);
    return { mem: Math.max(0, used - statValue(stat, "inactive_file")), swap };
  }
  const used = Number((await readCgroup(vmid, "memory.usage_in_bytes", version)) ?? 0);
  const swap = statValue(stat, "total_swap");
  return { mem: Math.max(0, used - statValue(stat, "total_inactive_file")), swap };
}

/** CPU time at the last look, to tell the use since then. */
const lastCpu = new Map<number, { seconds: number; at: number; use: number }>();

async function cpuUse(vmid: number, cpus: number): Promise<number> {
  const version = cgroupVersion();
  const seconds =
    version === 2
      ? statValue(await readCgroup(vmid, "cpu.stat", version), "usage_usec") / 1e6
      : Number((await readCgroup(vmid, "cpuacct.usage", version)) ?? 0) / 1e9;
  const at = performance.now() / 1000;
  const last = lastCpu.get(vmid);
  if (last && at - last.at < 1) return last.use; // too short to measure
  const use =
    last && seconds >= last.seconds ? (seconds - last.seconds) / (at - last.at) / cpus : 0;
  lastCpu.set(vmid, { seconds, at, use });
  return use;
}

async function netUse(vmid: number, options: Record<string, string>) {
  const use = { netin: 0, netout: 0 };
  for (const [index] of netsOf(options)) {
    const folder = `/sys/class/net/${vethName(vmid, index)}/statistics`;
    // What the node's side sends is what the CT receives.
    use.netin += Number(await readFile(`${folder}/tx_bytes`, "utf8").catch(() => "0"));
    use.netout += Number(await readFile(`${folder}/rx_bytes`, "utf8").catch(() => "0"));
  }
  return use;
}
