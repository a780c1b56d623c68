import type * as pulumi from "@pulumi/pulumi";
import { isDeepStrictEqual } from "node:util";
import type {
  GuestEntry,
  InterfaceEntry,
  NodeEntry,
  StorageEntry,
  VolumeEntry,
} from "../lib/preflight/proxmoxAnswers";
import { looksAreOn } from "./looks";
import type { Needs } from "../lib/preflight/preflightRules";
import {
  bridgeProblems,
  diskProblems,
  firewallProblems,
  guestProblems,
  memoryWarnings,
  nodeProblems,
  pendingNetworkProblems,
  storageProblems,
  templateProblems,
  templateStorage,
} from "../lib/preflight/preflightRules";
import { notAccepted, refused, silence } from "../lib/preflight/messages";
import type { ProxmoxApi } from "./proxmoxApi";
import { apiOf, askProxmox } from "./proxmoxApi";

/** What the program gives. */
export interface PreflightInputs {
  endpoint: string;
  needs: Needs;
  /** Secret; empty for PROXMOX_VE_API_TOKEN. `check` takes it out, so it never gets into the state. */
  token?: string;
}

/** What `check` makes of it, and what the state holds. */
export interface PreflightState {
  endpoint: string;
  needs: Needs;
  warnings: string[];
  stateVersion: 1;
}

const TIMEOUT_SECONDS = 10;

interface Findings {
  problems: string[];
  warnings: string[];
}

/** Asks for a list; an answer other than 200 becomes a problem, and an empty list. */
async function listOf<T>(api: ProxmoxApi, path: string, what: string, found: Findings) {
  return (await answerOf<T>(api, path, what, found))?.list;
}

async function answerOf<T>(api: ProxmoxApi, path: string, what: string, found: Findings) {
  const { status, reason, data, changes } = await askProxmox(api, path);
  if (status === 200 && Array.isArray(data)) return { list: data as T[], changes };
  found.problems.push(refused(what, status, reason));
  return undefined;
}

/** Wanted vmids that a guest holds which the token may not see: Proxmox tells anybody that much. */
async function hiddenGuests(api: ProxmoxApi, guests: GuestEntry[], needs: Needs) {
  const unseen = needs.cts.filter((ct) => !guests.some((guest) => guest.vmid === ct.vmid));
  const answers = await Promise.all(
    unseen.map(async ({ vmid }) => {
      const { status } = await askProxmox(api, `/cluster/nextid?vmid=${vmid}`);
      return status === 400 ? [vmid] : [];
    }),
  );
  return answers.flat();
}

/** Looks at everything the stack needs; changes nothing. */
async function inspect(api: ProxmoxApi, needs: Needs, before?: Needs): Promise<Findings> {
  const found: Findings = { problems: [], warnings: [] };
  const nodes = await listOf<NodeEntry>(api, "/nodes", "nodes", found);
  if (!nodes) return found;
  found.problems.push(...nodeProblems(nodes, needs));
  // Every further question goes to the node.
  if (found.problems.length > 0) return found;
  found.warnings.push(...memoryWarnings(nodes, needs));
  const node = `/nodes/${encodeURIComponent(needs.nodeName)}`;
  const [storages, network, guests] = await Promise.all([
    listOf<StorageEntry>(api, `${node}/storage`, "storages", found),
    answerOf<InterfaceEntry>(api, `${node}/network`, "bridges", found),
    listOf<GuestEntry>(api, "/cluster/resources?type=vm", "guests", found),
  ]);
  if (needs.proxmoxFirewall) found.problems.push(...(await firewallOff(api)));
  if (network) {
    const { list, changes } = network;
    found.problems.push(...bridgeProblems(list, needs, before));
    found.problems.push(...pendingNetworkProblems(list, changes, needs));
  }
  if (storages) {
    found.problems.push(...storageProblems(storages, needs));
    const all = needs.cts.every((ct) => guests?.some((guest) => guest.vmid === ct.vmid));
    const missing = await templateMissing(api, node, storages, needs, found);
    // A stack that stands needs its template for the next CT only.
    if (all && before?.template === needs.template) found.warnings.push(...missing);
    else found.problems.push(...missing);
  }
  if (guests) {
    const hidden = await hiddenGuests(api, guests, needs);
    found.problems.push(...guestProblems(guests, hidden, needs, before));
    found.problems.push(...diskProblems(guests, needs, before));
  }
  return found;
}

async function firewallOff(api: ProxmoxApi): Promise<string[]> {
  const { status, reason, data } = await askProxmox(api, "/cluster/firewall/options");
  if (status !== 200) return [refused("the cluster's firewall", status, reason)];
  return firewallProblems(data ?? {});
}

async function templateMissing(
  api: ProxmoxApi,
  node: string,
  storages: StorageEntry[],
  needs: Needs,
  found: Findings,
): Promise<string[]> {
  const storage = templateStorage(needs.template);
  if (!storages.some((entry) => entry.storage === storage)) {
    return templateProblems(undefined, needs);
  }
  const path = `${node}/storage/${encodeURIComponent(storage)}/content?content=vztmpl`;
  const volumes = await listOf<VolumeEntry>(api, path, `templates on "${storage}"`, found);
  return volumes ? templateProblems(volumes, needs) : [];
}

/** As `inspect`, from the first contact on. */
async function examine(api: ProxmoxApi, needs: Needs, before?: Needs): Promise<Findings> {
  try {
    const { status, reason, data } = await askProxmox(api, "/version");
    if (status === 401) {
      const problem = notAccepted(api, reason);
      return { problems: [problem], warnings: [] };
    }
    if (status >= 590) {
      const problem = `proxmoxEndpoint: ${api.endpoint} answered, three times, got ${status} "${reason}": its daemons do not reach each other; look at them with: systemctl status pveproxy pvedaemon`;
      return { problems: [problem], warnings: [] };
    }
    if (status !== 200 || data === undefined) {
      const problem = `proxmoxEndpoint: ${api.endpoint} is no Proxmox VE API, got ${status} "${reason}"; give https://host:8006/`;
      return { problems: [problem], warnings: [] };
    }
    return await inspect(api, needs, before);
  } catch (error) {
    return { problems: [silence(api, error as NodeJS.ErrnoException)], warnings: [] };
  }
}

export const preflightProvider: pulumi.dynamic.ResourceProvider<PreflightInputs, PreflightState> = {
  /** Runs in previews too, and before everything that depends on the resource: all is done here. */
  async check(olds: Partial<PreflightState> | undefined, news: PreflightInputs) {
    const { endpoint, needs } = news;
    if (!looksAreOn()) {
      const unseen = { endpoint, needs, warnings: olds?.warnings ?? [] };
      return { inputs: unseen as unknown as PreflightInputs, failures: [] };
    }
    const { problems, warnings } = await examine(apiOf(news, TIMEOUT_SECONDS), needs, olds?.needs);
    return {
      inputs: { endpoint, needs, warnings } as PreflightInputs,
      failures: problems.map((reason) => ({ property: "", reason })),
    };
  },

  async create(inputs) {
    return Promise.resolve({ id: "preflight", outs: stateOf(inputs) });
  },

  async diff(_id, olds, news) {
    return Promise.resolve({ changes: !isDeepStrictEqual(stateOf(olds), stateOf(news)) });
  },

  async update(_id, _olds, news) {
    return Promise.resolve({ outs: stateOf(news) });
  },
};

/** In one order of keys, so that states compare as text. */
function stateOf(inputs: PreflightInputs | PreflightState): PreflightState {
  const { endpoint, needs } = inputs;
  const { nodeName, storage, template, lanBridge, privateBridge, hostMemoryMiB, cts } = needs;
  const { proxmoxFirewall } = needs;
  const warnings = "warnings" in inputs ? inputs.warnings : [];
  return {
    endpoint,
    needs: {
      nodeName,
      storage,
      template,
      lanBridge,
      privateBridge,
      hostMemoryMiB,
      cts: cts.map(({ vmid, hostname, memoryMiB, diskGiB }) => ({
        ...{ vmid, hostname, memoryMiB, diskGiB },
      })),
      ...(proxmoxFirewall ? { proxmoxFirewall } : {}),
    },
    warnings,
    stateVersion: 1,
  };
}
