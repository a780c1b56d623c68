import { parseFeatures } from "../codec/features";
import { allocationOf, parseVolumeOption, volumeType } from "../codec/mountPoint";
import { parseNet } from "../codec/net";
import { parseVolumeId } from "../codec/volume";
import { permissionError } from "../errors";
import type { RequestContext } from "../contract";

/** A CT whose options are to be changed, as far as privileges go. */
export interface ChangedCt {
  vmid: number;
  /** Pool that a new CT goes to: its privileges count as well. */
  pool?: string;
  unprivileged: boolean;
  /** Options as they are; empty for a new CT. */
  old: Record<string, string>;
  /** Where `rootfs=8` and the like get their disk. */
  storage: string;
}

const cpu = new Set(["cores", "cpulimit", "cpuunits"]);
const memory = new Set(["memory", "swap"]);
const names = new Set(["nameserver", "searchdomain", "hostname"]);

const onlyRoot = (what: string) => permissionError(`${what} is only allowed for root@pam`);

/**
 * Checks what each option needs, in Proxmox's order of texts. `values` holds undefined for options
 * that are deleted.
 *
 * @throws PveError 403
 */
export function checkOptionPrivileges(
  ctx: RequestContext,
  ct: ChangedCt,
  values: Record<string, string | undefined>,
): void {
  if (ctx.isRoot) return;
  const need = (privilege: string) => {
    if (ct.pool !== undefined && ctx.allowed(`/pool/${ct.pool}`, privilege)) return;
    ctx.require(`/vms/${ct.vmid}`, privilege);
  };
  for (const [key, value] of Object.entries(values)) {
    if (cpu.has(key)) need("VM.Config.CPU");
    else if (memory.has(key)) need("VM.Config.Memory");
    else if (key === "rootfs" || /^(?:mp|unused)\d+$/.test(key)) {
      need("VM.Config.Disk");
      for (const text of [ct.old[key], value]) if (text) checkVolume(ctx, ct, key, text);
    } else if (/^net\d+$/.test(key)) {
      need("VM.Config.Network");
      for (const text of [ct.old[key], value]) if (text) checkBridge(ctx, text);
    } else if (names.has(key)) need("VM.Config.Network");
    else if (key === "features") checkFeatures(need, ct, value);
    else if (/^dev\d+$/.test(key)) throw onlyRoot("configuring device passthrough");
    else if (key === "hookscript") throw onlyRoot("changing the hookscript");
    else need("VM.Config.Options");
  }
}

function checkVolume(ctx: RequestContext, ct: ChangedCt, key: string, text: string): void {
  if (/^unused\d+$/.test(key)) return;
  const { volume } = parseVolumeOption(key, text);
  const type = volumeType(volume);
  if (type !== "volume") throw onlyRoot(`mount point type ${type}`);
  const storage = allocationOf(volume, ct.storage)?.storage ?? parseVolumeId(volume).storage;
  ctx.require(`/storage/${storage}`, "Datastore.AllocateSpace");
}

function checkBridge(ctx: RequestContext, text: string): void {
  const { bridge, tag } = parseNet(text);
  if (bridge === undefined) return;
  const path = `/sdn/zones/localnetwork/${bridge}`;
  if (tag !== undefined && ctx.allowed(`${path}/${tag}`, "SDN.Use")) return;
  ctx.require(path, "SDN.Use");
}

function checkFeatures(
  need: (privilege: string) => void,
  ct: ChangedCt,
  value: string | undefined,
): void {
  if (!ct.unprivileged) throw onlyRoot("changing feature flags for privileged container");
  const others = (text: string | undefined) =>
    JSON.stringify({ ...parseFeatures(text ?? ""), nesting: false });
  if (others(value) !== others(ct.old.features))
    throw onlyRoot("changing feature flags (except nesting)");
  need("VM.Allocate");
}
