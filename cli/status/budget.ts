import { BACKUP_DISK_GIB, HOST_DISK_GIB, HOST_MEMORY_MIB } from "../../lib/stack/settings";

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

/** What the lab may count on, as configured; by default the machine it is made for. */
const DEFAULT_BUDGET = { memoryMiB: 4096, diskGiB: 64 };

const mib = 1024 ** 2;
const gib = 1024 ** 3;

/** The lab's guests against its budget. */
export function summarizeBudget(guests: GuestUse[], budget = DEFAULT_BUDGET): Budget {
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
      budget.memoryMiB,
      HOST_MEMORY_MIB,
    ),
    diskGiB: line(
      rows.map((row) => row.diskGiB),
      budget.diskGiB,
      HOST_DISK_GIB + BACKUP_DISK_GIB,
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
