import { randomBytes } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { PulumiSession } from "../lab/session";
import { stackState } from "../stack/readState";
import { resourcesOf } from "../stack/stackState";
import type { CommandContext } from "../core/command";
import { run } from "../../system/exec";

/** A stack of next to nothing, beside the lab's and with the same packages and providers. */
export interface EmptyStack {
  /** Runs Pulumi on it; with the policy pack, which finds nothing there to judge, or without. */
  pulumi(words: string[], pack?: "pack"): Promise<unknown>;
}

/** Without the policy pack; Pulumi refuses a pack's settings without the pack. */
export const WITHOUT_PACK = {
  PULUMI_OPTION_POLICY_PACK: undefined,
  PULUMI_OPTION_POLICY_PACK_CONFIG: undefined,
};

/**
 * Makes the stack, lets `work` have it, and removes it with all that it made. Its state lies in a folder of its own.
 *
 * @throws when the lab's stack has no load balancer and app node to be compared with
 */
export async function withEmptyStack<T>(
  context: CommandContext,
  session: PulumiSession,
  work: (stack: EmptyStack) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), "homelab-bench-"));
  const packConfig = join(folder, "policies.json");
  await writeFile(packConfig, JSON.stringify({ "stack-judged": "disabled" }));
  const env: PulumiSession["env"] = {
    ...session.env,
    PULUMI_BACKEND_URL: `file://${folder}`,
    PULUMI_STACK: "bench",
    PULUMI_OPTION_CONFIG_FILE: join(folder, "Pulumi.bench.yaml"),
  };
  const cwd = join(context.paths.root, "cli", "bench", "emptyProgram");
  const pulumi: EmptyStack["pulumi"] = (words, pack) => {
    const judged = pack ? { PULUMI_OPTION_POLICY_PACK_CONFIG: packConfig } : WITHOUT_PACK;
    const options = { cwd, env: { ...env, ...judged } };
    return run(session.toolchain.pulumi, [...words, "--non-interactive"], options);
  };
  try {
    await pulumi(["stack", "init", "bench"]);
    for (const [key, value] of Object.entries(await settings(context, session)))
      await pulumi(["config", "set", key, value]);
    try {
      await pulumi(["up", "--yes"]);
      return await work({ pulumi });
    } finally {
      await pulumi(["destroy", "--yes"]);
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The same Proxmox VE and the same Docker as the lab's stack has, from its state. */
async function settings(
  context: CommandContext,
  session: PulumiSession,
): Promise<Record<string, string>> {
  const resources = resourcesOf(await stackState(context, session));
  const of = (type: string) =>
    resources.find((one) => one.type === `pulumi:providers:${type}`)?.inputs;
  const [engine, proxmox] = [of("docker"), of("proxmoxve")];
  if (!engine || !proxmox)
    throw new Error("stack: has no app node yet; make it with ./lab up before it is measured");
  return {
    endpoint: String(proxmox.endpoint),
    engine: String(engine.host),
    sshOptions: String(engine.sshOpts),
    alias: `bench-${randomBytes(4).toString("hex")}`,
  };
}
