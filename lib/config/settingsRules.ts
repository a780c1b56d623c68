import { DOCKER_BRIDGE_CIDR } from "../docker/dockerDaemon";
import type { Cidr } from "../net/cidr";
import { isHost, overlaps, parseAddress, parseCidr } from "../net/cidr";
import { duplicateGuests } from "../stack/guestRules";
import { guestsOf } from "../stack/guests";
import type { Settings } from "../stack/settings";
import { BACKUP_DISK_GIB, HOST_DISK_GIB, HOST_MEMORY_MIB } from "../stack/settings";

/** Rules that need more than one key; each returns its problems in the user's words. */

/** Addresses are IPv4, inside their subnet, and no two subnets share addresses. */
export function addressProblems(settings: Settings): string[] {
  const problems: string[] = [];
  const subnet = (key: string, text: string): Cidr | undefined => {
    const cidr = parseCidr(text);
    if (!cidr) problems.push(`${key}: is no IPv4 subnet, got "${text}"; give it as 10.10.10.0/24`);
    return cidr;
  };
  const lan = subnet("lanCidr", settings.lan.cidr);
  const own = subnet("privateCidr", settings.privateNetwork.cidr);
  const inside = (key: string, address: string, within: string, cidr?: Cidr) => {
    const value = parseAddress(address);
    if (value === undefined) {
      problems.push(`${key}: is no IPv4 address, got "${address}"; give it as 10.10.10.50`);
    } else if (cidr && !isHost(cidr, value)) {
      problems.push(
        `${key}: is outside its subnet, got ${address}; allowed is a host of ${within}`,
      );
    }
  };
  inside("lanGateway", settings.lan.gateway, settings.lan.cidr, lan);
  inside("lbLanAddress", settings.loadBalancer.lanAddress, settings.lan.cidr, lan);
  const privateCidr = settings.privateNetwork.cidr;
  inside("privateGateway", settings.privateNetwork.gateway, privateCidr, own);
  inside("lbPrivateAddress", settings.loadBalancer.address, privateCidr, own);
  inside("dbAddress", settings.database.address, privateCidr, own);
  const first = settings.appNodes[0];
  const last = settings.appNodes[settings.appNodes.length - 1];
  if (first) inside("appAddressStart", first.address, privateCidr, own);
  if (last && last !== first) {
    inside(`appAddressStart with appNodeCount (${last.name})`, last.address, privateCidr, own);
  }
  if (parseAddress(settings.nameserver) === undefined) {
    problems.push(
      `nameserver: is no IPv4 address, got "${settings.nameserver}"; give it as 192.168.1.1`,
    );
  }
  if (lan && own && overlaps(lan, own)) {
    problems.push(
      `privateCidr: overlaps lanCidr, got ${privateCidr} and ${settings.lan.cidr}; take another private subnet`,
    );
  }
  const docker = parseCidr(DOCKER_BRIDGE_CIDR);
  for (const [key, cidr] of [["lanCidr", lan] as const, ["privateCidr", own] as const]) {
    if (cidr && docker && overlaps(cidr, docker)) {
      const given = key === "lanCidr" ? settings.lan.cidr : privateCidr;
      problems.push(
        `${key}: overlaps Docker's own network on the app nodes, got ${given} and ${DOCKER_BRIDGE_CIDR}; ` +
          "take another subnet",
      );
    }
  }
  if (settings.lan.bridge === settings.privateNetwork.bridge) {
    problems.push(
      `privateBridge: equals lanBridge, got "${settings.lan.bridge}"; take another name`,
    );
  }
  return problems;
}

/** No vmid and no address is given twice. */
export function duplicateProblems(settings: Settings): string[] {
  const { lan, privateNetwork } = settings;
  return duplicateGuests(guestsOf(settings), { lan, private: privateNetwork });
}

/** The CTs, what the Proxmox node keeps and the backups fit into the budget. */
export function budgetProblems(settings: Settings): string[] {
  const { memoryMiB, diskGiB } = settings.budget;
  const cts = guestsOf(settings);
  const count = settings.appNodes.length;
  const memory = HOST_MEMORY_MIB + cts.reduce((sum, ct) => sum + ct.memoryMiB, 0);
  const disk = HOST_DISK_GIB + BACKUP_DISK_GIB + cts.reduce((sum, ct) => sum + ct.diskGiB, 0);
  const problems: string[] = [];
  if (memory > memoryMiB) {
    problems.push(
      `memory: ${cts.length} CTs and the node's ${HOST_MEMORY_MIB} MiB exceed the budget, got ${memory} MiB; ` +
        `allowed are ${memoryMiB} MiB: lower appNodeCount (${count}) or a cap, or raise memoryBudgetMiB`,
    );
  }
  if (disk > diskGiB) {
    problems.push(
      `disk: ${cts.length} CTs, the node's ${HOST_DISK_GIB} and ${BACKUP_DISK_GIB} GiB of backups exceed the ` +
        `budget, got ${disk} GiB; allowed are ${diskGiB} GiB: lower appNodeCount (${count}) or a disk, or raise diskBudgetGiB`,
    );
  }
  return problems;
}
