import type { CommandContext } from "../core/command";
import { type ApiAccess, callApi } from "../lab/api";
import type { PulumiSession } from "../lab/session";
import { followUp } from "./followUp";
import { EngineError } from "./runEngine";
import { stackState } from "./readState";
import { ctsOf } from "./stackState";
import { devStack } from "./workingCopy";

/** What switches a stack's deletion protection off, step by step. */
export function protectionSteps(stack: string, then: string): string {
  const option = stack === devStack ? "" : ` --stack ${stack}`;
  return [
    "to give up the database with its data, switch the protection off first:",
    `  ./lab pulumi${option} -- config set databaseDeletionProtection false`,
    `  ./lab up${option}`,
    `  ${then}${option}`,
  ].join("\n");
}

/** Pulumi's refusal to replace a protected resource, with what to do about it. */
export async function explainProtection<T>(stack: string, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    const { message } = error as Error;
    if (!(error instanceof EngineError) || !/marked for protection/.test(message)) throw error;
    throw new EngineError(
      "the change would replace the database's CT, which is protected from deletion; nothing was changed.\n" +
        "Take the change back, or " +
        `${protectionSteps(stack, "./lab up")}\n${message}`,
      { cause: error, failures: error.failures },
    );
  }
}

/**
 * Refuses what deletes CTs while one of them is protected, by Pulumi or on Proxmox itself, before anything is
 * touched.
 *
 * @param then the command that is refused
 * @param vmids the CTs that it deletes; all of the stack unless given
 */
export async function refuseProtected(
  context: CommandContext,
  session: PulumiSession,
  api: { access: ApiAccess; node: string },
  then: string,
  vmids?: readonly number[],
): Promise<void> {
  const all = ctsOf(await stackState(context, session));
  const cts = vmids ? all.filter(({ vmid }) => vmids.includes(vmid)) : all;
  const byPulumi = cts.filter(({ protect }) => protect);
  if (byPulumi.length > 0) {
    const list = byPulumi.map(({ name, vmid }) => `CT ${vmid} "${name}"`).join(", ");
    throw new Error(
      `stack "${context.stack}": ${list} is protected from deletion, and nothing was deleted; ` +
        protectionSteps(context.stack, then),
    );
  }
  const byProxmox = await Promise.all(
    cts.map(async (ct) => ((await isProtected(api, ct.vmid)) ? [ct] : [])),
  );
  const found = byProxmox.flat();
  if (found.length === 0) return;
  const list = found.map(({ name, vmid }) => `CT ${vmid} "${name}"`).join(", ");
  const { stack } = context;
  const commands = found.map(({ vmid }) =>
    followUp(stack, `exec pve -- pct set ${vmid} --protection 0`),
  );
  const option = stack === devStack ? "" : ` --stack ${stack}`;
  throw new Error(
    `stack "${context.stack}": ${list} is protected from deletion on Proxmox, and nothing was deleted; ` +
      `to give it up: ${commands.join("; ")}; then ${then}${option}`,
  );
}

/** A CT that Proxmox does not know needs no protection. */
async function isProtected(
  { access, node }: { access: ApiAccess; node: string },
  vmid: number,
): Promise<boolean> {
  const list = await callApi<{ vmid: number | string }[]>(access, "GET", `/nodes/${node}/lxc`);
  if (!list.some((guest) => Number(guest.vmid) === vmid)) return false;
  const path = `/nodes/${node}/lxc/${vmid}/config`;
  const { protection } = await callApi<{ protection?: number }>(access, "GET", path);
  return protection === 1;
}
