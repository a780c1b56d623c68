import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { LabPaths } from "../../system/labPaths";
import type { PveRelease } from "../version";
import type { Ports } from "./ports";

/** The image in use, the one below it, and the hash of the sources it was made from. */
export interface NodeImage {
  sources: string;
  tag: string;
  system: string;
}

/** What a lab remembers of its node between runs: `.lab/state.json`. */
export interface EmbeddedState {
  /** The checkout's path when the node was made: the lab's name comes from it. */
  checkout?: string;
  ports?: Ports;
  lanCidr?: string;
  /** Release whose API the node serves, where it is not the usual one. */
  release?: PveRelease;
  nameserver?: string;
  image?: NodeImage;
  /** The container that was given other files while it ran, and what it is as good as made from. */
  renewed?: { container: string; spec: string };
  /** The snapshot that is being put back; while it is set, the node's data is not whole. */
  restoring?: string;
  /** Kernel and system image with which all abilities were found. */
  tried?: string;
}

const fileOf = (paths: LabPaths) => join(paths.state, "state.json");

export async function readState(paths: LabPaths): Promise<EmbeddedState> {
  const text = await readFile(fileOf(paths), "utf8").catch(() => undefined);
  if (text === undefined) return {};
  try {
    return JSON.parse(text) as EmbeddedState;
  } catch (cause) {
    throw new Error(`${fileOf(paths)}: is not JSON; remove it, it is made anew`, { cause });
  }
}

export async function writeState(paths: LabPaths, change: EmbeddedState): Promise<EmbeddedState> {
  const state = { ...(await readState(paths)), ...change };
  await writePrivate(fileOf(paths), `${JSON.stringify(state, null, 2)}\n`);
  return state;
}

/** Writes a file that only its owner reads, whole or not at all. */
export async function writePrivate(file: string, text: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  await writeFile(`${file}.new`, text, { mode: 0o600 });
  await rename(`${file}.new`, file);
}
