import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { findContainer } from "../../pve-node/box/container";
import { ensureEmbeddedNode, stopEmbeddedNode } from "../../pve-node/box";
import { accessFiles } from "../../pve-node/box/names";
import { copyNode, dropCopy, putBackNode } from "../../pve-node/box/snapshots";
import type { LabPaths } from "../../system/labPaths";
import { writeWhole } from "../../system/writeWhole";
import { confirm } from "../core/ask";
import { type CommandContext, UsageError } from "../core/command";
import { missingWord, unknownWord } from "../core/suggest";
import { table } from "../core/table";
import { bringer } from "../prerequisites";
import { checkpointFile, checkpointFiles } from "../stack/outputs";

/** What is remembered of a snapshot; written once all of it is there. */
interface Snapshot {
  name: string;
  /** ISO 8601. */
  made: string;
}

const verbs = ["save", "restore", "list", "remove"];

/**
 * `./lab pve snapshot …`: the whole node at a moment, with the state of the `dev` stack and our keys for the node,
 * which fit to nothing else.
 */
export async function snapshotCommand(context: CommandContext, words: string[]): Promise<number> {
  const [verb, name, more] = words;
  if (verb === undefined) throw new UsageError(missingWord("what to do with snapshots", verbs));
  if (!verbs.includes(verb)) throw new UsageError(unknownWord("word", verb, verbs));
  if (verb === "list" ? name !== undefined : more !== undefined)
    throw new UsageError(`lab pve snapshot ${verb}: takes no more words; see ./lab pve --help`);
  const known = listSnapshots(context.paths);
  if (verb === "list") return printed(context, known);
  if (name === undefined)
    throw new UsageError(`lab pve snapshot ${verb}: needs a name, for example clean`);
  if (!/^[a-z][a-z0-9-]{0,30}$/.test(name)) {
    throw new UsageError(
      `snapshot ${JSON.stringify(name)}: takes a lower-case letter and up to 30 of a-z, 0-9 and "-"; ` +
        "choose another name",
    );
  }
  const found = known.find((one) => one.name === name);
  if (verb === "save") return save(context, name, found);
  if (!found) {
    const others = known.map((one) => one.name);
    throw new UsageError(
      others.length > 0
        ? unknownWord("snapshot", name, others)
        : `snapshot ${JSON.stringify(name)}: there is none yet; make it with ./lab pve snapshot save ${name}`,
    );
  }
  return verb === "restore" ? restore(context, found) : drop(context, found);
}

async function save(context: CommandContext, name: string, old?: Snapshot): Promise<number> {
  const { paths, progress } = context;
  const container = await findContainer(paths);
  if (!container) throw new Error("embedded node: there is none; make it with ./lab pve start");
  const question = `Replace snapshot ${name} of ${old?.made}?`;
  if (old && !(await confirm(question, context.yes))) return 1;
  if (container.State.Running) await stopEmbeddedNode(paths, progress);
  const folder = folderOf(paths, name);
  rmSync(folder, { recursive: true, force: true });
  await progress.step(`Snapshot ${name}`, () => copyNode(paths, name));
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  cpSync(accessFiles(paths).folder, join(folder, "pve"), { recursive: true });
  for (const file of checkpointFiles(paths)) cpSync(file, join(folder, "state", basename(file)));
  const made: Snapshot = { name, made: new Date().toISOString() };
  writeWhole(recordOf(paths, name), `${JSON.stringify(made)}\n`, 0o600);
  if (container.State.Running) await startAgain(context);
  return 0;
}

async function restore(context: CommandContext, { name, made }: Snapshot): Promise<number> {
  const { paths, progress } = context;
  const question =
    `Put back snapshot ${name} of ${made}? What the node has now, every CT and its data, is lost, ` +
    "and the state of the dev stack with it.";
  if (!(await confirm(question, context.yes))) return 1;
  await stopEmbeddedNode(paths, progress);
  await progress.step(`Snapshot ${name}: put back`, () => putBackNode(paths, name));
  const folder = folderOf(paths, name);
  const { folder: keys } = accessFiles(paths);
  rmSync(keys, { recursive: true, force: true });
  cpSync(join(folder, "pve"), keys, { recursive: true });
  for (const file of checkpointFiles(paths)) rmSync(file);
  if (existsSync(join(folder, "state")))
    cpSync(join(folder, "state"), dirname(checkpointFile(paths)), { recursive: true });
  await startAgain(context);
  return 0;
}

async function drop({ paths }: CommandContext, { name }: Snapshot): Promise<number> {
  // Its record first: what is cut off here is no snapshot any more.
  const gone = `${folderOf(paths, name)}.removed`;
  rmSync(gone, { recursive: true, force: true });
  renameSync(folderOf(paths, name), gone);
  await dropCopy(paths, name);
  rmSync(gone, { recursive: true, force: true });
  return 0;
}

const startAgain = (context: CommandContext): Promise<unknown> =>
  ensureEmbeddedNode(context.paths, context.progress, bringer(context.yes));

function printed(context: CommandContext, known: Snapshot[]): number {
  if (context.json) context.print(JSON.stringify({ snapshots: known }));
  else if (known.length === 0)
    context.print("no snapshots; make one: ./lab pve snapshot save NAME");
  else
    context.print(
      table(
        ["name", "made"],
        known.map(({ name, made }) => [name, made]),
      ),
    );
  return 0;
}

/** Those that are whole, the oldest first. */
export function listSnapshots(paths: LabPaths): Snapshot[] {
  const folder = folderOf(paths, "");
  const names = existsSync(folder) ? readdirSync(folder) : [];
  return names
    .filter((name) => !name.endsWith(".removed") && existsSync(recordOf(paths, name)))
    .map((name) => JSON.parse(readFileSync(recordOf(paths, name), "utf8")) as Snapshot)
    .sort((a, b) => (a.made < b.made ? -1 : 1));
}

const folderOf = (paths: LabPaths, name: string) => join(paths.state, "snapshots", name);
const recordOf = (paths: LabPaths, name: string) => join(folderOf(paths, name), "snapshot.json");
