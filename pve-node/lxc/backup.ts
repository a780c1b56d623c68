import { mkdtemp, mkdir, rename, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { TaskLog } from "../contract";
import { printCtConfig } from "../codec/ctConfig";
import { formatBytes } from "../codec/size";
import { execute, run } from "../os/command";
import { readText } from "../os/files";
import { lockForBackup, noted, unlockAfterBackup } from "./backupNote";
import { readCt, refuseLocked } from "./configStore";
import { isolated, serveIsolated } from "./isolated";
import { idMap } from "./lxcConfig";
import type { LxcHost } from "./lxcHost";
import { mountVolumes } from "./mounting";
import { initPid, isRunning } from "./processes";
import { startCt } from "./start";
import { shutdownCt } from "./stop";
import { volumePath } from "./storages";
import { volumesOf, withoutLostFound } from "./volumes";

export type Compression = "none" | "gzip" | "zstd";

/** Endings of an archive's name and options of tar. */
export const compressions: Record<Compression, [suffix: string, option: string[]]> = {
  none: ["tar", []],
  gzip: ["tar.gz", ["--gzip"]],
  zstd: ["tar.zst", ["--zstd"]],
};

export interface BackupRequest {
  /** The file to write. */
  archive: string;
  compression: Compression;
  /** `snapshot` becomes `suspend`, for want of snapshots. */
  mode: "stop" | "suspend" | "snapshot";
  /** Patterns of tar for paths in the CT that are left out. */
  exclude: string[];
}

interface ArchiveRequest {
  vmid: number;
  options: Record<string, string>;
  /** The root of a CT that runs; a stopped one is mounted. */
  root?: string;
  config: string;
  firewall?: string;
  archive: string;
  option: string[];
  exclude: string[];
  /** An empty folder for files that go into the archive. */
  parts: string;
}

/** Where a backup is written, besides what is asked for. */
type Places = BackupRequest & { draft: string; parts: string };

/** Writes a backup of a CT into a file, which appears when it is whole. */
export async function backupCt(
  host: LxcHost,
  vmid: number,
  request: BackupRequest,
  log: TaskLog,
): Promise<void> {
  const { config } = await readCt(host, vmid);
  refuseLocked(config);
  const running = await isRunning(host, vmid);
  log.line(`status = ${running ? "running" : "stopped"}`);
  const told = () => {
    log.line(`CT Name: ${config.options.hostname ?? `CT${vmid}`}`);
    for (const { key, target, mount } of volumesOf(config.options)) {
      const taken = key === "rootfs" || mount.backup === "1";
      log.line(
        `${taken ? "including" : "excluding"} mount point ${key} ('${target}') ${taken ? "in" : "from"} backup`,
      );
    }
  };
  if (running && request.mode === "snapshot") {
    told();
    log.line("mode failure - some volumes do not support snapshots");
    log.line("trying 'suspend' mode instead");
  }
  log.line(`backup mode: ${running && request.mode !== "stop" ? "suspend" : "stop"}`);
  told();
  const stops = running && request.mode === "stop";
  const parts = await mkdtemp(host.paths.at("/var/tmp/vzdump-"));
  const draft = request.archive.replace(/\.tar/, ".dat");
  await noted(host, vmid, { draft, parts, startAgain: stops }, async () => {
    if (stops) {
      log.line("stopping virtual guest");
      await shutdownCt(host, vmid, { forceStop: true }, log.signal);
    }
    try {
      await lockForBackup(host, vmid);
      try {
        await (running && !stops ? whileFrozen : write)(
          host,
          vmid,
          { ...request, draft, parts },
          log,
        );
      } finally {
        await unlockAfterBackup(host, vmid);
      }
    } finally {
      if (stops) log.line("restarting vm");
      if (stops) await startCt(host, vmid, log);
    }
  });
}

/** Frozen, nothing in the CT changes while it is read. */
async function whileFrozen(host: LxcHost, vmid: number, request: Places, log: TaskLog) {
  log.line("suspending guest");
  await run("lxc-freeze", ["-n", String(vmid)]);
  try {
    const pid = await initPid(vmid);
    if (pid === undefined) throw new Error("container stopped");
    await write(host, vmid, request, log, `/proc/${pid}/root`);
  } finally {
    log.line("resuming guest");
    await execute("lxc-unfreeze", ["-n", String(vmid)]);
  }
}

async function write(
  host: LxcHost,
  vmid: number,
  { archive, compression, exclude, draft, parts }: Places,
  log: TaskLog,
  root?: string,
): Promise<void> {
  const { config } = await readCt(host, vmid);
  log.line(`creating vzdump archive '${archive}'`);
  const firewall = await readText(join(host.paths.pve, "firewall", `${vmid}.fw`));
  delete config.options.lock;
  const request: ArchiveRequest = {
    vmid,
    options: config.options,
    ...(root === undefined ? {} : { root }),
    config: printCtConfig({ ...config, pending: { options: {}, delete: [] }, snapshots: {} }),
    ...(firewall === undefined ? {} : { firewall }),
    archive: draft,
    option: compressions[compression][1],
    exclude,
    parts,
  };
  if (root === undefined) await isolated(host, "archive", request, log);
  else for (const line of await pack(request, root, log.signal)) log.line(line);
  await rename(draft, archive);
  log.line(`archive file size: ${formatBytes((await stat(archive)).size)}`);
}

/** `pct archive`: packs a stopped CT, with its disks mounted here alone. */
export const serveArchive = (host: LxcHost) =>
  serveIsolated(async (request: ArchiveRequest, log) => {
    await mkdir(host.paths.at(`/var/lib/lxc/${request.vmid}/rootfs`), { recursive: true });
    const guest = await mountVolumes(host, request.vmid, request.options);
    for (const line of await pack(request, guest.directory)) log.line(line);
    return null;
  });

/** Runs tar. What is in the archive belongs to the CT's own users. */
async function pack(
  request: ArchiveRequest,
  root: string,
  signal?: AbortSignal,
): Promise<string[]> {
  const { parts } = request;
  const folder = join(parts, "etc/vzdump");
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "pct.conf"), request.config, { mode: 0o644 });
  const names = ["./etc/vzdump/pct.conf"];
  if (request.firewall !== undefined) {
    await writeFile(join(folder, "pct.fw"), request.firewall, { mode: 0o644 });
    names.push("./etc/vzdump/pct.fw");
  }
  const others = volumesOf(request.options)
    .filter(({ key, mount }) => key !== "rootfs" && mount.backup !== "1")
    .map(({ target }) => `--exclude=.${target}/*`);
  const extra = volumesOf(request.options)
    .filter(({ key, mount }) => key !== "rootfs" && mount.backup === "1")
    .map(({ target }) => `.${target}`);
  const owners = request.options.unprivileged === "1" ? await idMaps(parts) : [];
  const tar = [
    ...["tar", "--create", "--preserve-permissions", "--numeric-owner", "--totals", "--sparse"],
    ...["--acls", "--xattrs", "--xattrs-include=user.*", "--xattrs-include=security.capability"],
    ...["--warning=no-file-changed", "--warning=no-file-removed", "--one-file-system"],
    ...["--warning=no-file-ignored", "--anchored"],
    ...request.exclude.flatMap(exclusion),
    ...withoutLostFound(request.options),
    ...[...others, ...owners],
    ...request.option,
    ...["-f", request.archive, "-C", parts, ...names, "-C", root, "./", ...extra],
  ];
  // With the program that waits for it tar ends as well, however that ends.
  const { code, stderr } = await execute("setpriv", ["--pdeathsig", "KILL", "--", ...tar], {
    ...(signal && { signal }),
  });
  if (signal?.aborted) throw new Error("received interrupt");
  // 1 means that a file changed while it was read.
  if (code > 1) throw new Error(`tar failed: ${stderr.trim().split("\n").slice(-3).join("; ")}`);
  return stderr.split("\n").filter((line) => line.startsWith("Total bytes"));
}

/** A path that begins with a slash is one of the CT's root; another one is left out wherever it is. */
export const exclusion = (path: string): string[] =>
  path.startsWith("/")
    ? [`--exclude=.${path}`]
    : ["--no-anchored", `--exclude=${path}`, "--anchored"];

/** On the node the users of an unprivileged CT have other ids than in the CT, which the archive is of. */
async function idMaps(folder: string): Promise<string[]> {
  const lines = Array.from({ length: idMap.count }, (_, id) => `+${idMap.first + id} +${id}\n`);
  const file = join(folder, "ids");
  await writeFile(file, lines.join(""));
  return [`--owner-map=${file}`, `--group-map=${file}`];
}

/** The configuration that a backup holds. */
export async function backedUpConfig(host: LxcHost, volid: string): Promise<string> {
  const path = volid.startsWith("/") ? volid : await volumePath(host, volid);
  if ((await stat(path).catch(() => undefined)) === undefined)
    throw new Error(`volume '${volid}' does not exist`);
  const { code, stdout } = await execute("tar", [
    "-xOf",
    path,
    "--occurrence=1",
    "./etc/vzdump/pct.conf",
  ]);
  if (code !== 0 && stdout === "") throw new Error(`'${volid}' holds no configuration of a CT`);
  return stdout;
}
