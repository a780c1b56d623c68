import type * as pulumi from "@pulumi/pulumi";
import { isDeepStrictEqual } from "node:util";
import { isUnfinished } from "../lib/ct/ctNote";
import { startCommands } from "../lib/ct/hostConfigScripts";
import type { SshEndpoint } from "../lib/ssh/sshOptions";
import type { ProxmoxApi } from "./proxmoxApi";
import { looksAreOn } from "./looks";
import { apiOf, askProxmox } from "./proxmoxApi";
import { mustRun } from "./ssh";

/** What the program gives. */
export interface PowerStateInputs {
  endpoint: string;
  nodeName: string;
  node: SshEndpoint;
  vmids: number[];
  /** Secret; empty for PROXMOX_VE_API_TOKEN. `check` takes it out, so it never gets into the state. */
  token?: string;
}

export interface PowerStateState {
  nodeName: string;
  node: SshEndpoint;
  vmids: number[];
  /** By vmid, how often the CT was found stopped and started again. */
  starts: Record<string, number>;
  stateVersion: 1;
}

const TIMEOUT_SECONDS = 10;

interface CtEntry {
  vmid: number;
  status: string;
  /** Set while Proxmox works on it; such a CT is left alone. */
  lock?: string;
}

/** The CTs of the node; none where Proxmox does not tell, which the preflight reports. */
async function ctsOf(api: ProxmoxApi, nodeName: string): Promise<CtEntry[]> {
  try {
    const { data } = await askProxmox(api, `/nodes/${encodeURIComponent(nodeName)}/lxc`);
    return Array.isArray(data) ? (data as CtEntry[]) : [];
  } catch {
    return [];
  }
}

function stateOf(inputs: PowerStateInputs | PowerStateState): PowerStateState {
  const { nodeName, node, vmids } = inputs;
  const starts = "starts" in inputs ? inputs.starts : {};
  const sorted = Object.entries(starts).sort(([a], [b]) => Number(a) - Number(b));
  const { host, port, user, hostKey } = node;
  return {
    nodeName,
    node: { host, port, user, hostKey },
    vmids,
    starts: Object.fromEntries(sorted),
    stateVersion: 1,
  };
}

export const powerStateProvider: pulumi.dynamic.ResourceProvider<
  PowerStateInputs,
  PowerStateState
> = {
  /** Counts a start for each CT that the stack had before and that is stopped now. */
  async check(olds: Partial<PowerStateState> | undefined, news: PowerStateInputs) {
    const { nodeName, vmids } = news;
    const cts = looksAreOn() ? await ctsOf(apiOf(news, TIMEOUT_SECONDS), nodeName) : [];
    const counts = vmids.map((vmid): [string, number] => {
      const before = olds?.starts?.[String(vmid)];
      const stopped = cts.some((ct) => ct.vmid === vmid && ct.status === "stopped" && !ct.lock);
      return [String(vmid), before === undefined ? 0 : before + (stopped ? 1 : 0)];
    });
    const checked = { ...news, starts: Object.fromEntries(counts) };
    return { inputs: stateOf(checked) as unknown as PowerStateInputs, failures: [] };
  },

  async create(inputs) {
    return Promise.resolve({ id: "power-state", outs: stateOf(inputs) });
  },

  async diff(_id, olds, news) {
    return Promise.resolve({ changes: !isDeepStrictEqual(stateOf(olds), stateOf(news)) });
  },

  async update(_id, olds, news) {
    const outs = stateOf(news);
    const counted = (vmid: number) => (outs.starts[vmid] ?? 0) > (olds.starts[vmid] ?? 0);
    for (const vmid of outs.vmids.filter(counted)) {
      // One whose configuration is not finished may be unable to start before it is; ContainerHostConfig
      // does both, and says what is wrong.
      const script = `( ${startCommands(vmid)} ) || { ${isUnfinished(vmid)} || exit 1; }`;
      await mustRun(outs.node, `start CT ${vmid}`, script, 240);
    }
    return { outs };
  },
};
