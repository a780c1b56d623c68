import { createHash } from "node:crypto";
import { spawn } from "node:child_process";
import { createWriteStream, mkdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { allowWrites, countRows, saveDatabase, stopWrites } from "../../lib/postgres/moveDatabase";
import type { CommandContext } from "../core/command";
import { type NodeAccess, onNode, quoted, sshArgs } from "../lab/ssh";

/** Name of the database, as the program makes it. */
const DATABASE = "app";
/** Where the Proxmox node keeps dumps: the folder of Proxmox's own backups. */
const NODE_FOLDER = "/var/lib/vz/dump";
const MINUTES = 60_000;

/** A dump of the database, in two places. */
export interface SavedDatabase {
  /** On the Proxmox node. */
  nodeFile: string;
  /** On this machine. */
  file: string;
}

async function onNodeOrFail(ssh: NodeAccess, what: string, script: string): Promise<string> {
  const options = { stdin: script, timeoutMs: 30 * MINUTES };
  const { code, stdout, stderr } = await onNode(ssh, ["bash", "-s"], options);
  if (code === 0) return stdout;
  throw new Error(`database: unable to ${what}: ${(stderr || stdout).trim().slice(-600)}`);
}

/** What the database holds, e.g. `2 rows in 1 table, 7653 kB`; undefined when it does not answer. */
export async function databaseContent(ssh: NodeAccess, vmid: number): Promise<string | undefined> {
  const options = { stdin: countRows(vmid, DATABASE), timeoutMs: MINUTES };
  const { code, stdout } = await onNode(ssh, ["bash", "-s"], options);
  const [counts = "", size = ""] = stdout.trim().split("\n");
  const [tables, rows] = counts.split(" ");
  if (code !== 0 || tables === undefined || rows === undefined) return undefined;
  const many = (count: string, one: string) => `${count} ${one}${count === "1" ? "" : "s"}`;
  return `${many(rows, "row")} in ${many(tables, "table")}, ${size}`;
}

/** Lets clients write again, which they may anyway once the CT was replaced. */
export const resumeWrites = (ssh: NodeAccess, vmid: number): Promise<string> =>
  onNodeOrFail(ssh, "let clients write again", allowWrites(vmid, DATABASE));

/**
 * Ends all writing to the database and dumps it on the Proxmox node and on this machine.
 *
 * @throws with the database writable again and nothing else changed
 */
export async function saveForRebuild(
  context: CommandContext,
  ssh: NodeAccess,
  vmid: number,
): Promise<SavedDatabase> {
  const name = `homelab-${context.stack}-db-${new Date().toISOString().replace(/[:.]/g, "-")}.pgdump`;
  const nodeFile = `${NODE_FOLDER}/${name}`;
  const folder = join(context.paths.state, "dumps");
  const file = join(folder, name);
  await onNodeOrFail(ssh, "end the writing to it", stopWrites(vmid, DATABASE));
  try {
    await onNodeOrFail(ssh, "dump it", saveDatabase(vmid, DATABASE, nodeFile));
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const hash = await download(ssh, nodeFile, file);
    const told = await onNodeOrFail(ssh, "read its checksum", `cat ${nodeFile}.sha256`);
    if (hash !== told.split(" ")[0]) {
      throw new Error(`database: its copy ${file} differs from ${nodeFile} on the Proxmox node`);
    }
  } catch (error) {
    await resumeWrites(ssh, vmid).catch(() => undefined);
    throw error;
  }
  return { nodeFile, file };
}

/** Copies a file of the node to this machine. @returns its SHA-256 */
async function download(ssh: NodeAccess, from: string, to: string): Promise<string> {
  const child = spawn("ssh", [...sshArgs(ssh), quoted(["cat", from])], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = new Promise<number>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => resolve(code ?? 255));
  });
  const hash = createHash("sha256");
  const part = `${to}.part`;
  const tapped = async function* (source: AsyncIterable<Buffer>) {
    for await (const chunk of source) {
      hash.update(chunk);
      yield chunk;
    }
  };
  await pipeline(child.stdout, tapped, createWriteStream(part, { mode: 0o600, flush: true }));
  const code = await ended;
  if (code !== 0) {
    rmSync(part, { force: true });
    throw new Error(`database: ${from} cannot be copied to this machine: ssh ended with ${code}`);
  }
  renameSync(part, to);
  return hash.digest("hex");
}
