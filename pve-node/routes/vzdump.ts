import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import {
  type NodeServices,
  type ParamSchema,
  type RequestContext,
  type Route,
  type TaskLog,
} from "../contract";
import { failure } from "../errors";
import { splitList } from "../http/formats";
import type { CtBackend } from "../lxc/backend";
import { compressions, type BackupRequest, type Compression } from "../lxc/backup";
import { writeAtomic } from "../os/files";
import { requireDirectory } from "../storage/configured";
import { pruneBackups } from "../storage/pruneBackups";
import { checkVzdump, excludedPaths, unusedOptions, vzdumpParams } from "./vzdumpParams";

const text: ParamSchema = { type: "string", optional: true };

const compressionOf: Record<string, Compression> = {
  "0": "none",
  "1": "gzip",
  gzip: "gzip",
  zstd: "zstd",
};

/** Backups of CTs. */
export function vzdumpRoutes(services: NodeServices, backend: CtBackend): Route[] {
  const { node } = services;
  return [
    {
      method: "POST",
      path: "/nodes/{node}/vzdump",
      permission: "user",
      params: vzdumpParams,
      handler(ctx) {
        checkVzdump(ctx);
        const { params } = ctx;
        const storage = String(params.storage ?? "local");
        const ids = splitList(String(params.vmid ?? ""));
        const id = ids.length === 1 ? (ids[0] ?? "") : "";
        return services.tasks.start("vzdump", id, ctx.identity, (log) =>
          backUp(services, backend, ctx, storage, log),
        );
      },
    },
    {
      method: "GET",
      path: "/nodes/{node}/vzdump/defaults",
      permission: "user",
      params: { storage: { ...text, format: "pve-storage-id" } },
      handler: ({ params }) => defaults(String(params.storage ?? "local")),
    },
    {
      method: "GET",
      path: "/nodes/{node}/vzdump/extractconfig",
      permission: "user",
      params: { volume: { type: "string" } },
      async handler(ctx) {
        const volid = String(ctx.params.volume);
        const [storage = "", name = ""] = volid.split(":");
        if (!name.startsWith("backup/"))
          throw failure(`unable to use volume ${volid} - content type needs to be 'backup'`);
        const owner = /^backup\/vzdump-lxc-(\d+)-/.exec(name)?.[1];
        if (owner === undefined || !ctx.allowed(`/vms/${owner}`, "VM.Backup"))
          ctx.require(`/storage/${storage}`, "Datastore.Allocate");
        await requireDirectory({ node, paths: services.paths }, storage);
        try {
          return await backend.backedUp(volid);
        } catch (error) {
          throw failure((error as Error).message);
        }
      },
    },
  ];
}

async function backUp(
  services: NodeServices,
  backend: CtBackend,
  ctx: RequestContext,
  storage: string,
  log: TaskLog,
): Promise<void> {
  const { params } = ctx;
  const { node, paths, pools } = services;
  const info = (line: string) => log.line(`INFO: ${line}`);
  const shown = Object.entries(params).filter(([name]) => name !== "vmid");
  const command = [...shown.map(([name, value]) => `--${name} ${optionText(value)}`)].join(" ");
  const listed = splitList(String(params.vmid ?? "")).map(Number);
  const excluded = splitList(String(params.exclude ?? "")).map(Number);
  let config;
  try {
    config = await requireDirectory({ node, paths }, storage);
  } catch (error) {
    const said = (error as Error).message;
    throw new Error(
      `could not activate storage '${storage}': ${said} could not get storage information for '${storage}': ${said}`,
      { cause: error },
    );
  }
  if (!config.content.includes("backup"))
    throw new Error(`storage '${storage}' does not support backups`);
  const unused = unusedOptions(params);
  if (unused.length > 0) info(`options without effect on this node: ${unused.join(", ")}`);
  info(`starting new backup job: vzdump ${[listed.join(" "), command].filter(Boolean).join(" ")}`);
  let vmids = listed.length > 0 ? listed : await backend.vmids();
  if (params.pool !== undefined) {
    const members = await pools.members(String(params.pool));
    vmids = vmids.filter((vmid) => members.includes(vmid));
  }
  for (const vmid of vmids) ctx403(ctx, vmid);
  let failed = false;
  for (const vmid of vmids.filter((one) => !excluded.includes(one))) {
    try {
      if (!(await backend.exists(vmid))) throw new Error(`unable to find VM '${vmid}'`);
      await backUpOne(services, backend, ctx, vmid, paths.at(join(config.path ?? "", "dump")), log);
      if (params.remove !== false) await pruneBackups(paths, config, vmid, params, info);
    } catch (error) {
      failed = true;
      log.line(`ERROR: Backup of VM ${vmid} failed - ${(error as Error).message}`);
      info(`Failed at ${stampOf(new Date(), "-", " ", ":")}`);
    }
    if (log.signal.aborted) throw new Error("received interrupt");
  }
  info(`Backup job finished ${failed ? "with errors" : "successfully"}`);
  if (failed) throw new Error("job errors");
}

/** In the task, as on a real node: the status is part of the text there. */
function ctx403(ctx: RequestContext, vmid: number): void {
  try {
    ctx.require(`/vms/${vmid}`, "VM.Backup");
  } catch (error) {
    throw new Error(`403 ${(error as Error).message}`, { cause: error });
  }
}

async function backUpOne(
  services: NodeServices,
  backend: CtBackend,
  ctx: RequestContext,
  vmid: number,
  folder: string,
  log: TaskLog,
): Promise<void> {
  const { params } = ctx;
  const begin = new Date();
  const inner: TaskLog = {
    line: (line) => log.line(`INFO: ${line}`),
    warn: (line) => log.warn(line),
    signal: log.signal,
  };
  inner.line(`Starting Backup of VM ${vmid} (lxc)`);
  inner.line(`Backup started at ${stampOf(begin, "-", " ", ":")}`);
  await mkdir(folder, { recursive: true });
  const compression = compressionOf[String(params.compress ?? "0")] ?? "none";
  const name = `vzdump-lxc-${vmid}-${stampOf(begin, "_", "-", "_")}.${compressions[compression][0]}`;
  const archive = join(folder, name);
  const mode = String(params.mode ?? "snapshot") as BackupRequest["mode"];
  const exclude = excludedPaths(params);
  await backend.backup(vmid, { archive, compression, mode, exclude }, inner);
  const template = params["notes-template"];
  if (template !== undefined) {
    inner.line("adding notes to backup");
    const { hostname = `CT${vmid}` } = (await backend.read(vmid)).config.options;
    const values: Record<string, string> = {
      guestname: hostname,
      node: services.node,
      vmid: String(vmid),
    };
    const notes = String(template)
      .replace(/\{\{(\w+)\}\}/g, (all, key: string) => values[key] ?? all)
      .replaceAll("\\n", "\n");
    await writeAtomic(`${archive}.notes`, notes, 0o644);
  }
  if (params.protected === true) {
    inner.line("marking backup as protected");
    await writeAtomic(`${archive}.protected`, "", 0o644);
  }
  const seconds = Math.round((Date.now() - begin.getTime()) / 1000);
  const clock = new Date(seconds * 1000).toISOString().slice(11, 19);
  inner.line(`Finished Backup of VM ${vmid} (${clock})`);
  inner.line(`Backup finished at ${stampOf(new Date(), "-", " ", ":")}`);
}

/** A local time with the separators of date, of date and time, and of time. */
function stampOf(date: Date, day: string, between: string, time: string): string {
  const two = (value: number) => String(value).padStart(2, "0");
  const days = [date.getFullYear(), two(date.getMonth() + 1), two(date.getDate())].join(day);
  const times = [date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(time);
  return days + between + times;
}

const optionText = (value: string | number | boolean) => {
  const shown = typeof value === "boolean" ? (value ? "1" : "0") : String(value);
  return /^[\w.,:/-]+$/.test(shown) ? shown : `'${shown}'`;
};

/** What a backup is made with when nothing is said. */
const defaults = (storage: string) => ({
  ...{ all: 0, bwlimit: 0, compress: "0", dumpdir: "/var/lib/vz/dump", fleecing: { enabled: 0 } },
  ...{ ionice: 7, lockwait: 180, mailnotification: "always", mode: "snapshot", pigz: 0, quiet: 0 },
  ...{ "notification-mode": "auto", "notification-policy": "always", remove: 1, stdexcludes: 1 },
  performance: { "max-workers": 16, "pbs-entries-max": 1_048_576 },
  "prune-backups": "keep-all=1",
  ...{ stop: 0, stopwait: 10, zstd: 1, storage },
});
