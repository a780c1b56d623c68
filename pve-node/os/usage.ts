import * as fs from "node:fs/promises";
import * as os from "node:os";
import { readText } from "./files";

/** Figures of the machine, as far as a container can see them. */
export interface HostUsage {
  cpus: number;
  /** Share of all CPUs in use since the last call, 0 to 1. */
  cpu: number;
  memTotal: number;
  memAvailable: number;
  memFree: number;
  swapTotal: number;
  swapFree: number;
  uptime: number;
}

let last = { busy: 0, total: 0 };

export async function hostUsage(): Promise<HostUsage> {
  const memory = parseMeminfo((await readText("/proc/meminfo")) ?? "");
  return {
    cpus: os.cpus().length,
    cpu: cpuShare(),
    memTotal: memory.get("MemTotal") ?? os.totalmem(),
    memAvailable: memory.get("MemAvailable") ?? os.freemem(),
    memFree: memory.get("MemFree") ?? os.freemem(),
    swapTotal: memory.get("SwapTotal") ?? 0,
    swapFree: memory.get("SwapFree") ?? 0,
    uptime: Math.floor(os.uptime()),
  };
}

/** Bytes by name. */
function parseMeminfo(text: string): Map<string, number> {
  const lines = text.split("\n").map((line) => /^(\w+):\s+(\d+) kB/.exec(line));
  return new Map(lines.flatMap((m) => (m ? [[m[1] ?? "", Number(m[2]) * 1024]] : [])));
}

function cpuShare(): number {
  const now = os.cpus().reduce(
    (sum, { times }) => {
      const busy = times.user + times.nice + times.sys + times.irq;
      return { busy: sum.busy + busy, total: sum.total + busy + times.idle };
    },
    { busy: 0, total: 0 },
  );
  const total = now.total - last.total;
  const share = total > 0 ? (now.busy - last.busy) / total : 0;
  last = now;
  return Math.min(1, Math.max(0, share));
}

export interface DiskUsage {
  total: number;
  used: number;
  avail: number;
}

/** Bytes of the file system that holds `path`. */
export async function diskUsage(path: string): Promise<DiskUsage> {
  const s = await fs.statfs(path);
  return {
    total: s.blocks * s.bsize,
    used: (s.blocks - s.bfree) * s.bsize,
    avail: s.bavail * s.bsize,
  };
}

/** The node's use of its resources, as lists of nodes show it. Bytes, seconds, cores. */
export async function nodeSummary(root: string) {
  const usage = await hostUsage();
  const disk = await diskUsage(root);
  return {
    maxcpu: usage.cpus,
    cpu: usage.cpu,
    maxmem: usage.memTotal,
    mem: usage.memTotal - usage.memAvailable,
    maxdisk: disk.total,
    disk: disk.used,
    uptime: usage.uptime,
  };
}
