import { connect } from "node:net";
import type { LabPaths } from "../../system/labPaths";
import { readState } from "../../pve-node/box/boxState";
import { findContainer } from "../../pve-node/box/container";
import { type LanPlan, planLan } from "../../pve-node/box/lan";
import { machineNameserver, type Resolver, resolves } from "../../pve-node/box/machine";
import { choosePorts, type Ports } from "../../pve-node/box/ports";
import { workingValue } from "../stack/workingCopy";
import { type Finding, ok, problem } from "./findings";
import { checkParts, missingParts } from "./parts";

const patienceMs = 2000;

/** The LAN, by what `planLan` says or throws. */
export function judgeLan(plan: LanPlan | Error): Finding {
  const subject = "LAN";
  if (plan instanceof Error) {
    const [found, remedy = "name a subnet: HOMELAB_LAN=192.168.77.0/24"] = plan.message
      .replace(/^LAN: /, "")
      .split(/; (?=[^;]*$)/);
    const why = "CTs need addresses that nothing else on this machine has";
    return problem(subject, "error", { found: found!, why, remedy });
  }
  const { lan, exists, rival } = plan;
  if (rival)
    return problem(subject, "warning", {
      found: `${lan.cidr}, but ${rival.cidr} leads elsewhere (${rival.by})`,
      why: "what is sent to the load balancer's own address may go there",
      remedy: "use http://localhost, or ./lab reset and ./lab up, which take another subnet",
    });
  return ok(subject, exists ? lan.cidr : `${lan.cidr} is free`);
}

/** The ports on loopback, by what `choosePorts` says or throws; undefined while the node has them. */
export function judgePorts(ports: Ports | Error | undefined): Finding {
  const subject = "ports";
  if (ports === undefined) return ok(subject, "the node's own");
  if (!(ports instanceof Error))
    return ok(subject, `${ports.http}, ${ports.api}, ${ports.ssh} are free`);
  const [found, remedy = ""] = ports.message.split(/; (?=[^;]*$)/);
  const why = "load balancer, API and SSH of the node are reached on loopback";
  return problem(subject, "error", { found: found!, why, remedy });
}

/** The resolver that CTs are given. */
export function judgeResolver({ address, isPublic }: Resolver, answers: boolean): Finding {
  const subject = "resolver";
  const other = "another one: ./lab pulumi -- config set nameserver ADDRESS, once the lab is up";
  if (!answers)
    return problem(subject, "warning", {
      found: `${address} does not answer`,
      why: "CTs find no package servers without it",
      remedy: `see /etc/resolv.conf and your VPN; ${other}`,
    });
  if (isPublic)
    return problem(subject, "warning", {
      found: `this machine names none that CTs could reach, so they ask ${address}`,
      why: "it is public, and knows no names of your own network",
      remedy: other,
    });
  return ok(subject, address);
}

/** Looks at what the lab would use of this machine's networks; changes nothing. */
export async function checkNetwork(paths: LabPaths, dockerRuns: boolean): Promise<Finding[]> {
  const resolver = await resolverOf(paths);
  const [answers, lan, ports] = await Promise.all([
    resolves(resolver.address),
    dockerRuns ? planLan(paths).catch(asError) : undefined,
    portsOf(paths, dockerRuns).catch(asError),
  ]);
  const parts = dockerRuns ? await checkParts(answers, () => missingParts(paths)) : [];
  return [
    judgePorts(ports),
    ...(lan ? [judgeLan(lan)] : []),
    judgeResolver(resolver, answers),
    ...parts,
  ];
}

/** The one that the user has set, else the machine's. */
async function resolverOf(paths: LabPaths): Promise<Resolver> {
  const [machine, { nameserver: given }] = await Promise.all([
    machineNameserver(),
    readState(paths),
  ]);
  const value = workingValue(paths, "nameserver");
  const isSet = value !== undefined && value !== given && value !== machine.address;
  return isSet ? { address: value, isPublic: false } : machine;
}

const asError = (error: unknown) => (error instanceof Error ? error : new Error(String(error)));

async function portsOf(paths: LabPaths, dockerRuns: boolean): Promise<Ports | undefined> {
  const node = dockerRuns ? await findContainer(paths) : undefined;
  return node?.State.Running ? undefined : choosePorts((await readState(paths)).ports);
}

/** Somebody listens at a host's TCP port. */
export function listens(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: patienceMs });
    const end = (answers: boolean) => {
      socket.destroy();
      resolve(answers);
    };
    socket.on("connect", () => end(true));
    socket.on("error", () => end(false)).on("timeout", () => end(false));
  });
}
