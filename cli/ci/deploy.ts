import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { labPaths } from "../../system/labPaths";
import { memoryPlace } from "../../system/memoryPlace";
import type { Note } from "../../system/progress";
import { type ChildResult, runChild } from "./children";
import { type PreviewEvents, readEvents } from "./steps";

/** A checkout with its lab. */
export interface Tree {
  folder: string;
  env: Record<string, string | undefined>;
  signal: AbortSignal;
}

/** The checkout's own `./lab`. */
export function lab(tree: Tree, args: string[], note?: Note) {
  const { folder, env, signal } = tree;
  return runChild("bash", [join(folder, "lab"), ...args], {
    ...{ cwd: folder, env, signal },
    onLine: (line) => note?.(line.replace(/^[…✓✗] /, "")),
  });
}

/** What a deployment says when it fails. */
export class DeployError extends Error {}

/** `./lab up`. @throws DeployError with its last words */
export async function deploy(tree: Tree, note: Note): Promise<string> {
  const { code, stdout, stderr } = await lab(tree, ["up", "--yes", "--json"], note);
  if (code !== 0) throw new DeployError(lastWords(stderr || stdout));
  const { changes } = JSON.parse(stdout) as { changes?: string };
  return changes ?? "no changes";
}

/**
 * Takes Pulumi's protection from every resource of the lab's state, so that a preview shows what would be
 * replaced instead of stopping there.
 */
export async function unprotect(tree: Tree): Promise<void> {
  const { code, stderr } = await lab(tree, [
    "pulumi",
    "--",
    "state",
    "unprotect",
    "--all",
    "--yes",
  ]);
  if (code !== 0) throw new DeployError(lastWords(stderr));
}

/** A preview, with another tree's policies where they are named. */
export function preview(
  tree: Tree,
  note: Note,
  options: { policies?: string; words?: string[] } = {},
): Promise<PreviewEnd> {
  const { policies, words = [] } = options;
  const env = { ...tree.env, PULUMI_DEBUG_COMMANDS: "true" };
  return withEvents(tree.folder, (flags) =>
    policies
      ? byOtherPolicies({ ...tree, env }, policies, flags, note)
      : lab({ ...tree, env }, ["preview", ...words, "--", ...flags], note),
  );
}

/** How a preview ended, and what the engine told meanwhile. */
export interface PreviewEnd {
  code: number;
  events: PreviewEvents;
  said: string;
}

/** Lies in memory, where the machine has that. */
export const secretPlace = (): string => memoryPlace(tmpdir());

/** Runs a preview with the flags that make it tell its events. */
export async function withEvents(
  checkout: string,
  run: (flags: string[]) => Promise<ChildResult>,
): Promise<PreviewEnd> {
  // The engine writes secrets into the events in clear.
  const folder = mkdtempSync(join(secretPlace(), `${labPaths(checkout).id}-ci-`));
  const file = join(folder, "events.json");
  writeFileSync(file, "", { mode: 0o600 });
  try {
    const { code, stdout, stderr } = await run([
      ...["--diff", "--non-interactive", "--color", "never", "--event-log", file],
    ]);
    const events = readEvents(readFileSync(file, "utf8"));
    return { code, events, said: lastWords(`${stdout}\n${stderr}`) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Arguments: the folder of the pack, its severities or nothing, and Pulumi's own. */
const BY_OTHERS = `set -euo pipefail
environment=$(./lab env)
eval "$environment"
export PULUMI_OPTION_POLICY_PACK=$1
unset PULUMI_OPTION_POLICY_PACK_CONFIG
if [ -n "$2" ]; then export PULUMI_OPTION_POLICY_PACK_CONFIG=$2; fi
shift 2
exec pulumi preview "$@"`;

/** Another tree's pack in place of this one's; a flag would ask both. */
function byOtherPolicies(tree: Tree, other: string, flags: string[], note: Note) {
  const pack = join(other, "policy");
  const own = join(pack, "config.dev.json");
  const args = ["-c", BY_OTHERS, "bash", pack, existsSync(own) ? own : "", ...flags];
  const { folder, env, signal } = tree;
  return runChild("bash", args, { cwd: folder, env, signal, onLine: (line) => note(line) });
}

/** The end of what a command printed: that is where the cause stands. */
export function lastWords(text: string): string {
  const lines = text.trim().split("\n");
  const at = lines.findIndex((line) => line.startsWith("error: "));
  return (at < 0 ? lines.slice(-25) : lines.slice(at).slice(0, 40)).join("\n");
}
