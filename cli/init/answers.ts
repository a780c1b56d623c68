import { X509Certificate } from "node:crypto";
import { isHost, overlaps, parseAddress, parseCidr } from "../../lib/net/cidr";
import { MAX_APP_NODES } from "../../lib/stack/settings";
import { answeringAddresses, type NodeFacts } from "./facts";
import type { RootShell } from "./login";
import {
  debianTemplates,
  diskStorages,
  freeBridge,
  freePrivateSubnet,
  freeVmids,
  lanBridges,
  lanCandidates,
  nameserverOf,
  privateAddresses,
  templateStorages,
} from "./propose";
import type { Ask } from "./questions";

/** The template that is downloaded where the node has none of Debian 12; Pulumi.yaml's default. */
export const TEMPLATE_FILE = "debian-12-standard_12.12-1_amd64.tar.zst";

/** The stack's settings by their configuration keys, and a template that must be brought first. */
export interface Answers {
  values: Record<string, string>;
  /** Command that downloads the template, where it is not there. */
  download?: string;
}

const number = (least: number, most: number) => (answer: string) =>
  /^\d+$/.test(answer) && Number(answer) >= least && Number(answer) <= most
    ? undefined
    : `must be a whole number from ${least} to ${most}, got ${JSON.stringify(answer)}`;

export const portCheck = number(1, 65535);

/** SHA-256 fingerprint of a certificate, as Proxmox's own pages and `openssl x509` print it. */
export const certificateFingerprint = (pem: string) => new X509Certificate(pem).fingerprint256;

/**
 * Asks for everything that the node's facts leave open.
 *
 * @param before the stack's values of an earlier run; they are the proposals
 */
export async function askSettings(
  ask: Ask,
  facts: NodeFacts,
  shell: RootShell,
  before: Record<string, string>,
): Promise<Answers> {
  const storages = diskStorages(facts);
  if (storages.length === 0) {
    throw new Error(
      `storage: none of node ${facts.node} can hold CT disks; let one do so, for example: ` +
        "pvesm set local --content backup,iso,rootdir,vztmpl",
    );
  }
  const storage = await ask({
    name: "storage",
    text: "Storage for the CTs' disks",
    proposal: before.storage ?? storages[0],
    choices: storages,
  });
  const { template, download } = await askTemplate(ask, facts, before);
  const count = await ask({
    name: "app-nodes",
    text: "App nodes",
    proposal: before.appNodeCount ?? "3",
    check: number(1, MAX_APP_NODES),
  });
  const lan = await askLan(ask, facts, shell, before);
  const privateBridge = await ask({
    name: "private-bridge",
    text: "Bridge of the private subnet, which the stack makes",
    proposal: before.privateBridge ?? freeBridge(facts),
    check: (answer) =>
      answer !== before.privateBridge && facts.interfaces.some(({ iface }) => iface === answer)
        ? `exists on node ${facts.node}, got ${JSON.stringify(answer)}; take a free name`
        : undefined,
  });
  const privateCidr = await ask({
    name: "private-cidr",
    text: "Private subnet",
    proposal: before.privateCidr ?? freePrivateSubnet(facts, lan.lanCidr),
    check: (answer) => privateProblem(answer, before.privateCidr ? [] : facts.subnets),
  });
  const addresses = privateAddresses(privateCidr);
  const port = facts.packageCachePort;
  const aptProxy = await ask({
    name: "apt-proxy",
    text: "Cache for Debian packages that the CTs use, or none",
    proposal: before.aptProxy || (port ? `http://${addresses.privateGateway}:${port}` : "none"),
    check: (answer) =>
      answer === "none" || /^http:\/\/[^/\s]+:\d+$/.test(answer)
        ? undefined
        : `must be a URL as http://192.168.1.3:3142, or none, got ${JSON.stringify(answer)}`,
  });
  const vmids = before.vmidLb ? {} : freeVmids(facts, Number(count));
  return {
    download,
    values: {
      ...{ proxmoxNode: facts.node, storage, template, appNodeCount: count },
      ...lan,
      ...{ privateBridge, privateCidr },
      ...addresses,
      ...(aptProxy === "none" && !before.aptProxy
        ? {}
        : { aptProxy: aptProxy === "none" ? "" : aptProxy }),
      ...Object.fromEntries(Object.entries(vmids).map(([key, vmid]) => [key, String(vmid)])),
      nameserver: await ask({
        name: "nameserver",
        text: "Resolver of the CTs",
        proposal: before.nameserver ?? nameserverOf(facts),
        check: addressProblem,
      }),
    },
  };
}

async function askTemplate(ask: Ask, facts: NodeFacts, before: Record<string, string>) {
  const there = debianTemplates(facts);
  const [storage] = templateStorages(facts);
  const missing = storage && `${storage}:vztmpl/${TEMPLATE_FILE}`;
  const template = await ask({
    name: "template",
    text: "CT template",
    proposal: before.template ?? there[0] ?? missing,
    check: (answer) =>
      /^[^:\s]+:vztmpl\/\S+$/.test(answer)
        ? undefined
        : `must be a volume id as local:vztmpl/${TEMPLATE_FILE}, got ${JSON.stringify(answer)}`,
  });
  if (facts.templates.some(({ volid }) => volid === template)) return { template };
  const [where = "", file = ""] = template.split(":vztmpl/");
  return { template, download: `pveam update && pveam download ${where} ${file}` };
}

async function askLan(
  ask: Ask,
  facts: NodeFacts,
  shell: RootShell,
  before: Record<string, string>,
) {
  const bridges = lanBridges(facts);
  const lanBridge = await ask({
    name: "lan-bridge",
    text: "Bridge of the LAN",
    proposal: before.lanBridge ?? bridges[0]?.iface,
    choices: bridges.map(({ iface }) => iface),
  });
  const chosen = bridges.find(({ iface }) => iface === lanBridge);
  const own = chosen?.cidr ? subnetOf(chosen.cidr) : undefined;
  const lanCidr = await ask({
    name: "lan-cidr",
    text: "Subnet of the LAN",
    proposal: before.lanCidr ?? own,
    check: (answer) =>
      parseCidr(answer) ? undefined : `is no IPv4 subnet, got ${JSON.stringify(answer)}`,
  });
  const lanGateway = await ask({
    name: "lan-gateway",
    text: "Gateway of the LAN",
    proposal: before.lanGateway ?? chosen?.gateway,
    check: (answer) => hostProblem(answer, lanCidr),
  });
  const mine = facts.subnets.map((text) => text.split("/")[0]!);
  const free = await freeAddress(shell, lanCandidates(lanCidr, [...mine, lanGateway]));
  const lbLanAddress = await ask({
    name: "lan-address",
    text: "The load balancer's address in the LAN, outside what DHCP gives",
    proposal: before.lbLanAddress ?? free,
    check: (answer) =>
      hostProblem(answer, lanCidr) ??
      ([...mine, lanGateway].includes(answer)
        ? `is the node's own or the gateway's, got ${answer}; take a free one`
        : undefined),
  });
  if (lbLanAddress !== before.lbLanAddress) {
    const [taken] = await answeringAddresses(shell, [lbLanAddress]);
    if (taken) throw new Error(`--lan-address: ${taken} answers already; take a free one`);
  }
  return { lanBridge, lanCidr, lanGateway, lbLanAddress };
}

async function freeAddress(shell: RootShell, candidates: string[]): Promise<string | undefined> {
  if (candidates.length === 0) return undefined;
  const taken = await answeringAddresses(shell, candidates);
  return candidates.find((address) => !taken.includes(address));
}

/** `192.168.1.0/24` behind `192.168.1.5/24`. */
function subnetOf(cidr: string): string | undefined {
  const parsed = parseCidr(cidr);
  if (!parsed) return undefined;
  const parts = [24, 16, 8, 0].map((shift) => Math.floor(parsed.network / 2 ** shift) % 256);
  return `${parts.join(".")}/${parsed.prefix}`;
}

const addressProblem = (answer: string) =>
  parseAddress(answer) === undefined
    ? `is no IPv4 address, got ${JSON.stringify(answer)}`
    : undefined;

function hostProblem(answer: string, within: string): string | undefined {
  const cidr = parseCidr(within);
  const address = parseAddress(answer);
  if (address === undefined) return addressProblem(answer);
  return cidr && isHost(cidr, address) ? undefined : `is no host of ${within}, got ${answer}`;
}

function privateProblem(answer: string, taken: readonly string[]): string | undefined {
  const cidr = parseCidr(answer);
  if (!cidr) return `is no IPv4 subnet, got ${JSON.stringify(answer)}`;
  if (cidr.prefix > 26) return `is too small, got ${answer}; give a /26 or larger`;
  const other = taken.find((text) => {
    const parsed = parseCidr(text);
    return parsed && overlaps(parsed, cidr);
  });
  return other ? `overlaps ${other}, which the node has, got ${answer}; take another` : undefined;
}
