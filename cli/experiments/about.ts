import { readFileSync } from "node:fs";
import { cpus, release, totalmem } from "node:os";
import { join } from "node:path";
import type { ExperimentResult } from "../../observer/experiment";
import { nodeAccess, requireOutputs } from "../lab/session";
import { inCt, onNode } from "../lab/ssh";
import type { CommandContext } from "../core/command";
import { exec } from "../../system/exec";

/** For a report: the machine it is written on, the versions measured, the configuration. */
export async function aboutLab(
  context: CommandContext,
  results: readonly ExperimentResult[],
): Promise<[label: string, value: string][]> {
  const profiles = [...new Set(results.map(({ profile }) => profile))];
  const processors = cpus();
  const gib = Math.round(totalmem() / 2 ** 30);
  const model = processors[0]?.model.trim() ?? "";
  return [
    [
      "machine",
      [`${processors.length} CPUs`, model, `${gib} GiB of memory`].filter(Boolean).join(", "),
    ],
    ["system", `Linux ${release()}`],
    ["homelab", await ownVersion(context)],
    ["HAProxy", await haproxyVersion(context)],
    ["stack", context.stack],
    ["profiles measured", profiles.join(", ")],
  ];
}

async function ownVersion({ paths }: CommandContext): Promise<string> {
  const file = readFileSync(join(paths.root, "package.json"), "utf8");
  const { version } = JSON.parse(file) as { version: string };
  const git = await exec("git", ["rev-parse", "--short", "HEAD"], { cwd: paths.root }).catch(
    () => undefined,
  );
  return git?.code === 0 ? `${version}, commit ${git.stdout.trim()}` : version;
}

/** Asked of the load balancer; a report can be written without the lab. */
async function haproxyVersion(context: CommandContext): Promise<string> {
  try {
    const { vmid } = (await requireOutputs(context)).loadBalancer;
    const words = inCt(vmid, ["haproxy", "-v"]);
    const { code, stdout } = await onNode(await nodeAccess(context), words, { timeoutMs: 15_000 });
    const found = /version (\S+)/.exec(stdout)?.[1];
    if (code === 0 && found) return found;
  } catch {
    // A lab that does not run is no failure: the sentence below says so in the report.
  }
  return "not known: the lab did not run when the report was written";
}
