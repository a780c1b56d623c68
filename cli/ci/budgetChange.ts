import { BACKUP_DISK_GIB, HOST_DISK_GIB, HOST_MEMORY_MIB } from "../../lib/stack/settings";
import { CT, valueAt } from "./parts";
import type { Inputs, PreviewEvents } from "./steps";

/** What all CTs may take, before and after, beside what is left for them. */
export interface BudgetRow {
  before: number;
  after: number;
  /** Of the budget after the change, without the Proxmox node's own share (and backups, for disk). */
  limit: number;
}

export interface BudgetChange {
  memoryMiB: BudgetRow;
  diskGiB: BudgetRow;
}

/** The machine that the lab is made for, where the stack says nothing else. */
const DEFAULTS = { memoryMiB: 4096, diskGiB: 64 };

export function budgetChange({ steps, newOutputs }: PreviewEvents): BudgetChange {
  const cts = steps.filter(({ type }) => CT.test(type));
  const sum = (path: string, side: (step: (typeof cts)[number]) => Inputs | undefined) =>
    cts.reduce((total, step) => total + (Number(valueAt(side(step), path)) || 0), 0);
  const row = (path: string, limit: number): BudgetRow => ({
    before: sum(path, ({ change, old }) => (change === "created" ? undefined : old)),
    after: sum(path, ({ change, new: now }) => (change === "deleted" ? undefined : now)),
    limit,
  });
  const budget = (newOutputs.budget ?? {}) as Partial<typeof DEFAULTS>;
  const { memoryMiB, diskGiB } = { ...DEFAULTS, ...budget };
  return {
    memoryMiB: row("memory.dedicated", memoryMiB - HOST_MEMORY_MIB),
    diskGiB: row("disk.size", diskGiB - HOST_DISK_GIB - BACKUP_DISK_GIB),
  };
}
