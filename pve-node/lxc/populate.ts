import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, rmdir } from "node:fs/promises";
import { createInterface } from "node:readline";
import type { TaskLog } from "../contract";
import { detectArch, detectOsType } from "./guest/detect";
import {
  forgetIdentity,
  hasGuestSetup,
  setRootPassword,
  setUpForCreation,
  type CreationSecrets,
  type SetupLog,
} from "./guest/setup";
import { isolated, serveIsolated } from "./isolated";
import { rootfsDirectory, type LxcHost } from "./lxcHost";
import { idMap } from "./lxcConfig";
import { mountVolumes } from "./mounting";
import { withoutLostFound } from "./volumes";

/**
 * Filling a new CT's disk happens in a process of its own, with its own mount and process namespaces:
 * whatever ends it, also a kill of the API, takes the mount, its loop device and `tar` with it.
 */
export interface PopulateRequest {
  vmid: number;
  options: Record<string, string>;
  /** What the disk is filled from on the node: a template or a backup; a clone's disk is filled already. */
  archive?: string;
  /** Why: a new CT gets an identity and secrets, a clone another identity, a restored one what it had. */
  purpose: "create" | "clone" | "restore";
  secrets: CreationSecrets;
}

/** What was found in the template. */
export interface PopulateResult {
  arch?: string;
  ostype?: string;
}

/** Starts that process and passes its log on. Secrets go through its standard input. */
export const populate = (host: LxcHost, request: PopulateRequest, log: TaskLog) =>
  isolated<PopulateResult>(host, "populate", request, log);

/** The other side. */
export const servePopulate = (host: LxcHost) =>
  serveIsolated((request: PopulateRequest, log) => fill(host, request, log));

async function fill(host: LxcHost, request: PopulateRequest, log: SetupLog) {
  const { vmid, archive, secrets } = request;
  await mkdir(rootfsDirectory(host, vmid), { recursive: true });
  const guest = await mountVolumes(host, vmid, request.options);
  if (archive !== undefined) {
    log.line(`extracting archive '${archive}'`);
    await extract(archive, guest.directory, request.options, log);
  }
  if (request.purpose === "restore") {
    for (const name of ["pct.conf", "pct.fw"]) await guest.remove(`/etc/vzdump/${name}`);
    await rmdir(await guest.resolve("/etc/vzdump")).catch(() => undefined); // the CT's own files stay
  }
  const arch = await detectArch(guest);
  if (arch && request.purpose === "create") log.line(`Detected container architecture: ${arch}`);
  const ostype = request.options.ostype ?? (await detectOsType(guest));
  if (!ostype) throw new Error("unable to detect OS distribution; give ostype");
  const options = { ...request.options, ostype };
  if (request.purpose === "create" && hasGuestSetup(options))
    await setUpForCreation(guest, vmid, options, secrets, log);
  if (request.purpose === "clone" && hasGuestSetup(options)) await forgetIdentity(guest);
  if (request.purpose === "restore" && secrets.password !== undefined)
    await setRootPassword(guest, secrets.password);
  return { ...(arch && { arch }), ostype };
}

const decompressor: Record<string, string> = {
  ".gz": "--gzip",
  ".xz": "--xz",
  ".zst": "--zstd",
  ".bz2": "--bzip2",
};

async function extract(
  archive: string,
  target: string,
  options: Record<string, string>,
  log: SetupLog,
) {
  const unprivileged = options.unprivileged === "1";
  if (!existsSync(archive))
    throw new Error(`failed to open '${archive}': No such file or directory`);
  const suffix = /\.[a-z0-9]+$/.exec(archive)?.[0] ?? "";
  const tar = [
    ...["tar", "--extract", "--preserve-permissions", "--numeric-owner", "--totals", "--sparse"],
    ...["--acls", "--xattrs", "--xattrs-include=user.*", "--xattrs-include=security.capability"],
    ...["--warning=no-xattr-write", "--anchored", "--exclude=./dev/*"],
    ...withoutLostFound(options),
    ...(decompressor[suffix] ? [decompressor[suffix]] : []),
    ...["-f", archive, "-C", target],
  ];
  // In the CT's own user namespace the archive's ids become the CT's.
  const map = (kind: string) => ["-m", `${kind}:0:${idMap.first}:${idMap.count}`];
  const command = unprivileged ? ["lxc-usernsexec", ...map("u"), ...map("g"), "--", ...tar] : tar;
  const said: string[] = [];
  const child = spawn(command[0]!, command.slice(1), { stdio: ["ignore", "ignore", "pipe"] });
  createInterface({ input: child.stderr }).on("line", (text) => {
    if (text.startsWith("Total bytes read")) log.line(text);
    else said.push(text);
  });
  const code = await new Promise<number>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (status) => resolve(status ?? 1));
  });
  if (code !== 0)
    throw new Error(
      `extracting the archive failed: exit code ${code}: ${said.slice(-5).join("; ")}`,
    );
}
