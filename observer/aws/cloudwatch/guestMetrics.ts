import type { Settings } from "../../../lib/stack/settings";
import { instanceId } from "../names";
import type { Dimensions, MetricStore } from "./metricStore";

/** A CT as Proxmox's list of them has it; sizes in bytes, `cpu` as a part of its processors. */
export interface GuestUsage {
  vmid: number | string;
  cpu?: number;
  mem?: number;
  maxmem?: number;
  disk?: number;
  maxdisk?: number;
}

export const EC2_NAMESPACE = "AWS/EC2";
export const RDS_NAMESPACE = "AWS/RDS";

/** What app nodes and database use, under EC2's and RDS's names. */
export function takeUsage(
  store: MetricStore,
  settings: Settings,
  guests: readonly GuestUsage[],
  at: number,
): void {
  const byVmid = new Map(guests.map((guest) => [Number(guest.vmid), guest]));
  const put = (namespace: string, name: string, dimensions: Dimensions, value: number) =>
    store.gauge({ namespace, name, dimensions }, at, value);
  for (const { vmid } of settings.appNodes) {
    const cpu = byVmid.get(vmid)?.cpu;
    const dimensions = { InstanceId: instanceId(vmid) };
    if (cpu !== undefined) put(EC2_NAMESPACE, "CPUUtilization", dimensions, cpu * 100);
  }
  const { name, vmid } = settings.database;
  const { cpu, mem, maxmem, disk, maxdisk } = byVmid.get(vmid) ?? {};
  const dimensions = { DBInstanceIdentifier: name };
  if (cpu !== undefined) put(RDS_NAMESPACE, "CPUUtilization", dimensions, cpu * 100);
  if (mem !== undefined && maxmem !== undefined) {
    put(RDS_NAMESPACE, "FreeableMemory", dimensions, Math.max(0, maxmem - mem));
  }
  if (disk !== undefined && maxdisk !== undefined) {
    put(RDS_NAMESPACE, "FreeStorageSpace", dimensions, Math.max(0, maxdisk - disk));
  }
}
