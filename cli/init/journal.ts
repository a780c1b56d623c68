import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import type { LabPaths } from "../../system/labPaths";
import { writeWhole } from "../../system/writeWhole";
import { stackFolder } from "../stack/stackFolder";

/** Something that `init` made on the Proxmox node. */
export interface Made {
  title: string;
  /** The command that takes it back. */
  undo: string;
}

/** What `init` made for a stack, kept from before it makes it: what is not in here is never removed. */
export interface Journal {
  host: string;
  port: number;
  hostKey: string;
  node: string;
  made: Made[];
  /** Name of the token, of the stack's own user. */
  token?: string;
  /** The public key's line in authorized_keys of the node's root. */
  authorizedKey?: string;
  /** The stack and its configuration file did not exist before. */
  madeStack?: boolean;
}

export function readJournal(paths: LabPaths, stack: string): Journal | undefined {
  const { journal } = stackFolder(paths, stack);
  return existsSync(journal) ? (JSON.parse(readFileSync(journal, "utf8")) as Journal) : undefined;
}

/** A command that is killed meanwhile leaves the old one. */
export function writeJournal(paths: LabPaths, stack: string, journal: Journal): void {
  const { folder, journal: file } = stackFolder(paths, stack);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  writeWhole(file, `${JSON.stringify(journal, undefined, 2)}\n`, 0o600);
}

export function removeStackFolder(paths: LabPaths, stack: string): void {
  rmSync(stackFolder(paths, stack).folder, { recursive: true, force: true });
}
