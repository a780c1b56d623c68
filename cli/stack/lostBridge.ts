import { BRIDGE_COMMENT } from "../../lib/preflight/preflightRules";
import { pendingInterfaces } from "../../lib/preflight/pendingChanges";
import type { CommandContext } from "../core/command";
import { type ApiAccess, askApi, callApi } from "../lab/api";
import { apiAccess, type PulumiSession } from "../lab/session";
import { waitForTask } from "./proxmoxTask";
import type { StackExport } from "./interrupted";
import { stackState } from "./readState";
import { resourcesOf } from "./stackState";

/** The private bridge of a stack whose state does not have it, although its preflight has passed. */
export interface LostBridge {
  name: string;
  nodeName: string;
}

/**
 * A bridge that may be on the node without the state knowing it: its creation was done and the answer was
 * lost, or the reload of the node's network failed behind it. The next creation would meet it and fail.
 */
export function lostBridgeOf(state: StackExport): LostBridge | undefined {
  const resources = resourcesOf(state);
  if (resources.some(({ type }) => /^proxmoxve:.*:(Linux)?Bridge$/.test(type))) return undefined;
  const preflight = resources.find(({ type }) => /:Preflight$/.test(type));
  const needs = preflight?.outputs?.needs as
    { privateBridge?: string; nodeName?: string } | undefined;
  if (!needs?.privateBridge || !needs.nodeName) return undefined;
  return { name: needs.privateBridge, nodeName: needs.nodeName };
}

/**
 * Removes such a bridge, after proof that it is this program's and nothing uses it.
 *
 * @throws when a guest uses it, or when removing it would apply changes of somebody else
 */
export async function removeLostBridge(
  context: CommandContext,
  session: PulumiSession,
): Promise<void> {
  const lost = lostBridgeOf(await stackState(context, session));
  if (!lost) return;
  const { access } = await apiAccess(context);
  const note = (text: string) => context.progress.info(`  interrupted run: ${text}`);
  await removeIfOurs(access, lost, note);
}

interface Interface {
  iface: string;
  comments?: string;
  /** 1 where the kernel has it; the change waits otherwise. */
  active?: number;
}

export async function removeIfOurs(
  access: ApiAccess,
  { name, nodeName }: LostBridge,
  note: (text: string) => void,
): Promise<void> {
  const node = `/nodes/${encodeURIComponent(nodeName)}`;
  const network = await askApi<Interface[]>(access, "GET", `${node}/network`);
  const found = network.data.find(({ iface }) => iface === name);
  // One of somebody else is the preflight's to refuse.
  if (!found?.comments?.includes(BRIDGE_COMMENT)) return;
  const users = await guestsOn(access, node, name);
  if (users.length > 0) {
    throw new Error(
      `bridge "${name}" of node ${nodeName}: exists, this stack's state does not have it, and guests use it ` +
        `(${users.join(", ")}); give this stack another privateBridge`,
    );
  }
  const others = pendingInterfaces(network.changes).filter((iface) => iface !== name);
  if (found.active && others.length > 0) {
    throw new Error(
      `bridge "${name}" of node ${nodeName}: is left from a run that failed, and to remove it would also apply ` +
        `changes of ${others.join(", ")} that wait there; apply or revert these first ` +
        `(${nodeName}, System, Network; or: pvesh delete ${node}/network)`,
    );
  }
  note(`removing bridge "${name}", which the state does not have`);
  await callApi(access, "DELETE", `${node}/network/${name}`);
  if (!found.active) return;
  await waitForTask(
    access,
    nodeName,
    await callApi<string | null>(access, "PUT", `${node}/network`),
  );
}

/** Guests of the node with an interface on the bridge. */
async function guestsOn(access: ApiAccess, node: string, bridge: string): Promise<string[]> {
  const cts = await callApi<{ vmid: number | string; name?: string }[]>(
    access,
    "GET",
    `${node}/lxc`,
  );
  const used = await Promise.all(
    cts.map(async ({ vmid, name = "" }) => {
      const path = `${node}/lxc/${vmid}/config`;
      const config = await callApi<Record<string, unknown>>(access, "GET", path);
      const on = Object.entries(config).some(
        ([key, value]) => /^net\d+$/.test(key) && `${String(value)},`.includes(`bridge=${bridge},`),
      );
      return on ? [`CT ${vmid} "${name}"`] : [];
    }),
  );
  return used.flat();
}
