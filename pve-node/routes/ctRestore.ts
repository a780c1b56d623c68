import { parseCtConfig, type CtConfig } from "../codec/ctConfig";
import { parseVolumeOption, printVolumeOption, volumeType } from "../codec/mountPoint";
import { parseNet, printNet } from "../codec/net";
import { parseSize } from "../codec/size";
import { parseDirectoryVolume, parseVolumeId } from "../codec/volume";
import type { NodeServices, RequestContext } from "../contract";
import { failure, permissionError, PveError } from "../errors";
import type { CtBackend } from "../lxc/backend";
import type { CreateRequest } from "../lxc/create";
import { verify } from "../http/verify";
import { configOptions, isConfigOption, numberedOptions } from "../lxc/options";
import { requireDirectory } from "../storage/configured";
import { vmidOf } from "./ctParams";

type Params = RequestContext["params"];

/** What does not come back with a backup. */
const dropped = /^(?:lock|template|parent|snaptime|unused\d+)$/;

/** Configurations of backups by the parameters that were made of them. */
const sources = new WeakMap<Params, { config: CtConfig; root: boolean }>();

/**
 * The parameters of a creation from a backup: what the backup says, unless the call says otherwise.
 * @returns the error that the task ends with, when the backup cannot be read
 */
export async function backedUpParams(
  services: NodeServices,
  backend: CtBackend,
  ctx: RequestContext,
): Promise<Params | Error> {
  const volid = String(ctx.params.ostemplate);
  await checkBackup(services, ctx, volid);
  if (ctx.params.force === true && (await backend.exists(vmidOf(ctx))))
    throw new PveError(501, "restoring over a CT is not available; remove the CT first");
  let config: CtConfig;
  try {
    config = parseCtConfig(await backend.backedUp(volid));
  } catch (error) {
    return error as Error;
  }
  const texts: Record<string, string> = {};
  for (const [key, value] of Object.entries(config.options)) {
    if (dropped.test(key) || ctx.params[key] !== undefined) continue;
    if (key === "rootfs" || /^mp\d+$/.test(key)) {
      const disk = allocation(key, value, String(ctx.params.storage));
      if (disk !== undefined) texts[key] = disk;
    } else if (/^net\d+$/.test(key) && ctx.params.unique === true) {
      const net = parseNet(value);
      delete net.hwaddr;
      texts[key] = printNet(net);
    } else if (isConfigOption(key)) texts[key] = value;
  }
  // An archive is a file that anybody may have written: its values are checked like those of a call.
  const raw = new Map(Object.entries(texts).map(([key, value]) => [key, [value]]));
  const given = verify({ params: configOptions, patterns: numberedOptions }, {}, raw).params;
  const unprivileged = ctx.params.unprivileged ?? config.options.unprivileged === "1";
  const params: Params = { ...given, ...ctx.params, unprivileged };
  sources.set(params, { config, root: ctx.isRoot });
  return params;
}

/** A new disk in place of one that was backed up; bind mounts stay for root alone to add. */
function allocation(key: string, value: string, storage: string): string | undefined {
  const mount = parseVolumeOption(key, value);
  if (volumeType(mount.volume) !== "volume") return undefined;
  if (key !== "rootfs" && mount.backup !== "1") return undefined;
  const gib = (parseSize(mount.size ?? "4G") ?? 4 * 1024 ** 3) / 1024 ** 3;
  const rest = { ...mount };
  delete rest.size;
  return printVolumeOption(key, { ...rest, volume: `${storage}:${gib}` });
}

/** Finishes the plan of a restored CT. Raw LXC lines run as root of the node: root alone brings them back. */
export function restored(request: CreateRequest, params: Params): void {
  const source = sources.get(params);
  request.purpose = "restore";
  if (request.config.options.unprivileged === "0") delete request.config.options.unprivileged;
  if (source?.root) request.config.raw = [...source.config.raw];
  request.config.description ??= source?.config.description;
}

async function checkBackup({ node, paths }: NodeServices, ctx: RequestContext, volid: string) {
  if (volid.startsWith("/")) {
    if (!ctx.isRoot) throw failure("Only root can pass arbitrary filesystem paths.");
    return;
  }
  let storage: string;
  let content: string;
  try {
    const parsed = parseVolumeId(volid);
    ({ storage } = parsed);
    ({ content } = parseDirectoryVolume(parsed.name));
  } catch (error) {
    throw failure((error as Error).message);
  }
  if (content !== "backup")
    throw failure(`unable to use volume ${volid} - content type needs to be 'backup'`);
  await requireDirectory({ node, paths }, storage);
  const owner = /vzdump-[a-z]+-(\d+)-/.exec(volid)?.[1];
  const own = owner !== undefined && ctx.allowed(`/vms/${owner}`, "VM.Backup");
  if (!own && !ctx.allowed(`/storage/${storage}`, "Datastore.Allocate"))
    throw permissionError(`/storage/${storage}, Datastore.Allocate`);
}
