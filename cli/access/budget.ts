/** One guest as `GET /nodes/{node}/lxc` lists it; sizes in bytes. */
export interface GuestUse {
  vmid: number | string;
  name?: string;
  status?: string;
  mem?: number;
  maxmem?: number;
  disk?: number;
  maxdisk?: number;
}

/** Use of one resource against what the lab may count on. */
export interface BudgetLine {
  budget: number;
  /** Kept for the Proxmox host (and for disk: backups). */
  reserved: number;
  /** Sum of the guests' caps. */
  caps: number;
  /** What the guests use now. */
  used: number;
  /** What is left of the budget when every guest uses its cap. */
  free: number;
}

export interface Budget {
  memoryMiB: BudgetLine;
  diskGiB: BudgetLine;
  guests: {
    vmid: number;
    name: string;
    status: string;
    memoryMiB: { cap: number; used: number };
    diskGiB: { cap: number; used: number };
  }[];
}

/** The machine the lab is made for: 4 GB of memory, 64 GB of disk. */
const memoryBudgetMiB = 4096;
const hostMemoryMiB = 896;
const diskBudgetGiB = 64;
const hostDiskGiB = 12;
const backupsGiB = 8;

const mib = 1024 ** 2;
const gib = 1024 ** 3;

/** The lab's guests against its budget. */
export function summarizeBudget(guests: GuestUse[]): Budget {
  const rows = guests
    .map((guest) => ({
      vmid: Number(guest.vmid),
      name: guest.name ?? String(guest.vmid),
      status: guest.status ?? "unknown",
      memoryMiB: {
        cap: Math.round((guest.maxmem ?? 0) / mib),
        used: Math.round((guest.mem ?? 0) / mib),
      },
      diskGiB: { cap: tenths((guest.maxdisk ?? 0) / gib), used: tenths((guest.disk ?? 0) / gib) },
    }))
    .sort((a, b) => a.vmid - b.vmid);
  return {
    memoryMiB: line(
      rows.map((row) => row.memoryMiB),
      memoryBudgetMiB,
      hostMemoryMiB,
    ),
    diskGiB: line(
      rows.map((row) => row.diskGiB),
      diskBudgetGiB,
      hostDiskGiB + backupsGiB,
    ),
    guests: rows,
  };
}

function line(rows: { cap: number; used: number }[], budget: number, reserved: number): BudgetLine {
  const sum = (pick: (row: { cap: number; used: number }) => number) =>
    tenths(rows.reduce((total, row) => total + pick(row), 0));
  const caps = sum(({ cap }) => cap);
  return {
    budget,
    reserved,
    caps,
    used: sum(({ used }) => used),
    free: tenths(budget - reserved - caps),
  };
}

const tenths = (value: number) => Math.round(value * 10) / 10;
