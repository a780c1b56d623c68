import type { ParamSchema, RequestContext } from "../contract";
import { parameterError, PveError } from "../errors";
import { propertyCheck } from "../lxc/options";
import { flag } from "./ctParams";
import { pruneSchema } from "./storageConfig";

const text: ParamSchema = { type: "string", optional: true };
const count = (minimum: number, maximum?: number): ParamSchema => ({
  type: "integer",
  optional: true,
  minimum,
  ...(maximum === undefined ? {} : { maximum }),
});

/** What a backup job is asked with, as Proxmox VE 9 takes it. */
export const vzdumpParams: Record<string, ParamSchema> = {
  vmid: { ...text, format: "pve-vmid-list" },
  all: flag,
  exclude: { ...text, format: "pve-vmid-list" },
  pool: { ...text, format: "pve-poolid" },
  storage: { ...text, format: "pve-storage-id" },
  mode: { ...text, enum: ["snapshot", "suspend", "stop"] },
  compress: { ...text, enum: ["0", "1", "gzip", "lzo", "zstd"] },
  protected: flag,
  "notes-template": { ...text, maxLength: 1024, requires: "storage" },
  quiet: flag,
  stdexcludes: flag,
  "exclude-path": text,
  remove: flag,
  "prune-backups": { ...text, check: propertyCheck(pruneSchema) },
  "notification-mode": { ...text, enum: ["auto", "legacy-sendmail", "notification-system"] },
  "notification-policy": { ...text, enum: ["always", "failure", "never"] },
  "notification-target": text,
  mailnotification: { ...text, enum: ["always", "failure"] },
  mailto: text,
  bwlimit: count(0),
  ionice: count(0, 8),
  lockwait: count(0),
  stopwait: count(0),
  pigz: { type: "integer", optional: true },
  zstd: { type: "integer", optional: true },
  performance: text,
  fleecing: text,
  "pbs-change-detection-mode": { ...text, enum: ["legacy", "data", "metadata"] },
  stop: flag,
  "job-id": text,
  dumpdir: text,
  tmpdir: text,
  script: text,
};

/** Options for the machine's load, for virtual machines or for mail, which change no backup of a CT here. */
const withoutEffect =
  "bwlimit fleecing ionice lockwait mailnotification mailto notification-mode notification-policy " +
  "notification-target pbs-change-detection-mode performance pigz stopwait zstd";

/** Those of the given options that do nothing here; the log of a job names them. */
export const unusedOptions = (params: RequestContext["params"]) =>
  withoutEffect.split(" ").filter((name) => params[name] !== undefined);

/** What is refused before a job begins: who may not ask so, and what this node does not do. */
export function checkVzdump(ctx: RequestContext): void {
  const { params } = ctx;
  for (const name of ["all", "exclude", "pool"])
    if (params.vmid !== undefined && params[name] !== undefined && params[name] !== false)
      throw parameterError({ [name]: "option conflicts with option 'vmid'" });
  if (params.vmid === undefined && params.all !== true && params.pool === undefined)
    throw parameterError({ vmid: "property is missing" });
  for (const name of ["tmpdir", "dumpdir", "script", "job-id"]) {
    if (params[name] === undefined) continue;
    if (!ctx.isRoot) throw parameterError({ [name]: "Only root may set this option." });
    throw parameterError({ [name]: "not available on this node" });
  }
  for (const name of ["bwlimit", "ionice", "performance"])
    if (params[name] !== undefined) ctx.require("/", "Sys.Modify");
  const storage = `/storage/${String(params.storage ?? "local")}`;
  if (params["prune-backups"] !== undefined) ctx.require(storage, "Datastore.Allocate");
  if (params.compress === "lzo") throw new PveError(501, "lzo is not available; use zstd");
  if (params.stop === true) throw new PveError(501, "stopping other jobs is not available");
  if (params.storage !== undefined && !ctx.isRoot) ctx.require(storage, "Datastore.AllocateSpace");
}

/** Paths in a CT that its backup leaves out, as patterns of tar; `exclude-path` may be given several. */
export function excludedPaths(params: RequestContext["params"]): string[] {
  const own = String(params["exclude-path"] ?? "")
    .split(/[\0;,\s]+/)
    .filter(Boolean);
  const usual = params.stdexcludes === false ? [] : ["/tmp/?*", "/var/tmp/?*", "/var/run/?*.pid"];
  return [...usual, ...own];
}
