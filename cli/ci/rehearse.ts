import { rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { accounts, latency, losses } from "../../observer/account";
import { firstReachable } from "../../observer/probe";
import { now, type ProbeRecord, startProber } from "../../observer/prober";
import { deploy, DeployError, lab, type Tree } from "./deploy";
import { DEPLOYED, type RunContext, treeOf } from "./previewRun";
import type { Rehearsal } from "./rehearsal";
import { type StatsAccess, watchTargets } from "./watchTargets";

/** Requests a second: enough to meet every moment of a change, little enough for a runner with two cores. */
const RATE = 50;
/** How long it is looked before and after the change. */
const CALM_MS = 5000;
/** Answers without the database, so that what is counted is the load balancer's and the nodes' doing. */
const PATH = "/whoami";
const MOST_FAILURES = 10;

/** Applies the change that the lab's checkout holds, under load; then once more, which should do nothing. */
export async function rehearse(context: RunContext): Promise<Rehearsal> {
  const { progress, workspace, signal } = context;
  const tree = treeOf(context, workspace.lab);
  // The lab is the base's no more, whatever comes of this.
  rmSync(join(workspace.folder, DEPLOYED), { force: true });
  return progress.step("The change: rehearse under load", async (note) => {
    const outputs = await outputsOf(tree);
    const base = await firstReachable([outputs.url, ...outputs.localUrls]);
    const watch = watchTargets(outputs);
    const prober = startProber({ url: new URL(PATH, base).href, rate: RATE, freshEvery: 7 });
    const calm = () => sleep(CALM_MS, undefined, { signal });
    const work = async () => {
      await calm();
      const from = now();
      const applied = await apply(tree, note);
      const until = now();
      await calm();
      return { from, until, applied };
    };
    const done = await work().finally(async () => {
      watch.stop();
      await prober.stop();
    });
    const second = done.applied.failed ? undefined : (await apply(tree, note)).changes;
    return summarize(prober.records, { ...done, leastHealthy: watch.least(), second });
  });
}

interface Applied {
  changes: string;
  failed: boolean;
}

async function apply(tree: Tree, note: (text: string) => void): Promise<Applied> {
  try {
    return { changes: await deploy(tree, note), failed: false };
  } catch (error) {
    if (!(error instanceof DeployError)) throw error;
    return { changes: error.message, failed: true };
  }
}

/** What a rehearsal's requests say. */
export function summarize(
  records: readonly ProbeRecord[],
  run: { from: number; until: number; leastHealthy?: number; second?: string; applied: Applied },
): Rehearsal {
  const { from, until, leastHealthy, second, applied } = run;
  const phase = (first: number, last: number) => {
    const { p50, p99, max } = latency(records.filter((r) => r.dueAt >= first && r.dueAt < last));
    return { p50, p99, max };
  };
  const lost = losses(records, from);
  const { GET } = accounts(records);
  return {
    sent: GET.sent,
    lost: lost.length,
    failures: lost.slice(0, MOST_FAILURES).map(({ atMs, reason, target }) => {
      return `${atMs} ms after its begin: ${target ?? "no target"}: ${reason}`;
    }),
    ...(leastHealthy !== undefined && { leastHealthy }),
    latency: {
      before: phase(0, from),
      during: phase(from, until),
      after: phase(until, Infinity),
    },
    ...applied,
    ...(second !== undefined && { second }),
  };
}

/** Where the load balancer and its statistics are. */
interface RehearsalOutputs extends StatsAccess {
  url: string;
  /** The same, on this machine's loopback. */
  localUrls: string[];
}

async function outputsOf(tree: Tree): Promise<RehearsalOutputs> {
  const ask = async (args: string[]) => {
    const { code, stdout, stderr } = await lab(tree, args);
    if (code !== 0) throw new Error(stderr.trim().split("\n").slice(-10).join("\n"));
    return JSON.parse(stdout) as Record<string, string>;
  };
  const shown = await ask(["pulumi", "--", "stack", "output", "--json", "--show-secrets"]);
  const { localUrl } = await ask(["pve", "info", "--json"]);
  const { url = "", statsUrl = "", statsUser = "", statsPassword = "" } = shown;
  return { url, statsUrl, statsUser, statsPassword, localUrls: localUrl ? [localUrl] : [] };
}
