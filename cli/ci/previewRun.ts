import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { LabPaths } from "../../system/labPaths";
import type { Progress } from "../../system/progress";
import { childEnvironment } from "./children";
import { deploy, DeployError, preview, type Tree, unprotect } from "./deploy";
import { explainError } from "../stack/explainError";
import type { Problem } from "./report";
import type { PreviewEvents, Violation } from "./steps";
import { type Comparison, fillTree, givePackages } from "./trees";
import { installPackages, typecheck } from "./typecheck";
import type { Workspace } from "./workspace";

/** What was found of a change, before it is put into words. */
export interface Findings {
  problem?: Problem;
  events?: PreviewEvents;
  /** By the base's policies, where they may judge otherwise than the head's. */
  baseViolations?: Violation[];
}

/** What a run works with. */
export interface RunContext {
  paths: LabPaths;
  progress: Progress;
  repository: string;
  comparison: Comparison;
  workspace: Workspace;
  signal: AbortSignal;
}

/** Where the commit is noted that the lab has deployed. */
export const DEPLOYED = "deployed-commit";

/** With one of these changed the two packs may judge differently. */
const PACK = /^(policy|lib)\/|^package(-lock)?\.json$/;

/** Deploys the base and previews the head on it. What the change breaks is a finding, no error. */
export async function previewRun(context: RunContext): Promise<Findings> {
  const { progress, comparison } = context;
  const problem = await progress.step("The change: compile", () => compileHead(context));
  if (problem) return { problem };
  const tree = treeOf(context, context.workspace.lab);
  try {
    await deployBase(context, tree);
  } catch (error) {
    if (!(error instanceof DeployError)) throw error;
    return { problem: { at: "base", title: "The base does not come up.", text: error.message } };
  }
  await toHead(context, tree);
  const own = await progress.step("The change: preview", (note) => preview(tree, note));
  const findings: Findings = { events: own.events, problem: programProblem(own) };
  if (comparison.changed.some((file) => PACK.test(file)) && findings.problem === undefined) {
    findings.baseViolations = await byBase(context, tree);
  }
  return findings;
}

export function treeOf({ signal, paths }: RunContext, folder: string): Tree {
  return { folder, signal, env: { ...childEnvironment(), HOMELAB_CACHE: paths.cache } };
}

/** Before anything is deployed. */
async function compileHead(context: RunContext): Promise<Problem | undefined> {
  const { repository, comparison, workspace } = context;
  const folder = workspace.head;
  rmSync(join(folder, "node_modules"), { recursive: true, force: true });
  await fillTree(repository, comparison.head.commit, folder);
  const { env, signal } = treeOf(context, folder);
  if (!givePackages(context.paths.root, folder, "link")) {
    try {
      await installPackages(folder, env, signal);
    } catch (error) {
      signal.throwIfAborted();
      const title = "The packages of the change cannot be installed; nothing was deployed.";
      return { at: "typecheck", title, text: (error as Error).message };
    }
  }
  return typecheck(folder, env, signal);
}

/** A standing lab that has this very commit is taken as it is. */
async function deployBase(context: RunContext, tree: Tree): Promise<void> {
  const { repository, comparison, workspace, progress, paths } = context;
  const { commit } = comparison.base;
  const note = join(workspace.folder, DEPLOYED);
  if (existsSync(note) && readFileSync(note, "utf8") === commit) return;
  rmSync(note, { force: true });
  await fillTree(repository, commit, tree.folder);
  givePackages(paths.root, tree.folder, "copy");
  await progress.step("The base: deploy", (step) => deploy(tree, step));
  await unprotect(tree);
  writeFileSync(note, commit);
}

/** The checkout that is deployed becomes the head's, as with `git pull`. */
async function toHead({ repository, comparison, paths }: RunContext, tree: Tree): Promise<void> {
  await fillTree(repository, comparison.head.commit, tree.folder);
  givePackages(paths.root, tree.folder, "copy");
}

/** Policies of the change may be what the change wants to be judged by. */
async function byBase(context: RunContext, tree: Tree): Promise<Violation[]> {
  const { repository, comparison, workspace, paths, progress } = context;
  const folder = workspace.base;
  rmSync(join(folder, "node_modules"), { recursive: true, force: true });
  await fillTree(repository, comparison.base.commit, folder);
  const { env, signal } = treeOf(context, folder);
  if (!givePackages(paths.root, folder, "link")) await installPackages(folder, env, signal);
  const judged = await progress.step("The change: the base's policies", (note) =>
    preview(tree, note, { policies: folder }),
  );
  const failed = programProblem(judged);
  if (failed) throw new Error(`the base's policies could not be asked: ${failed.text}`);
  return judged.events.violations;
}

/** A preview that failed by itself, and not for a policy. */
export function programProblem(from: {
  code: number;
  events: PreviewEvents;
  said: string;
}): Problem | undefined {
  const { code, events, said } = from;
  if (code === 0) return undefined;
  const errors = events.errors.filter((text) => !/^(preview|update) failed$/i.test(text));
  if (errors.length === 0 && events.violations.some(({ mandatory }) => mandatory)) return undefined;
  const text = errors.length > 0 ? [...new Set(errors.map(explainError))].join("\n") : said;
  return { at: "program", title: "The preview of the change fails.", text };
}
