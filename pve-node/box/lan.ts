import { exec } from "../../system/exec";
import type { LabPaths } from "../../system/labPaths";
import { docker, inspect } from "./docker";
import { machineRoutes, type Route, uplinkMtu } from "./machine";
import { labels } from "./names";
import { readState, writeState } from "./boxState";
import { chooseLan, type Lan, lanOf, rivalOf, type TakenRange } from "./subnet";

interface Network {
  Name?: string;
  IPAM: { Config: { Subnet?: string }[] | null };
}

/** The LAN that a lab has or would be given, and what else this machine has at its addresses. */
export interface LanPlan {
  lan: Lan;
  /** Docker has it already. */
  exists: boolean;
  /** Docker has a network of the lab's name that is no LAN of ours. */
  isForeign: boolean;
  routes: Route[];
  /** Something that came later and is as near as the LAN: a route to a part of it. */
  rival?: TakenRange;
}

/**
 * Looks where the lab's LAN is or would be; changes nothing. It keeps its subnet while nothing else on
 * the machine takes it; `HOMELAB_LAN` names another one, as `192.168.77.0/24`.
 *
 * @throws when no subnet is free, or the named one cannot be had.
 */
export async function planLan(paths: LabPaths): Promise<LanPlan> {
  const wanted = process.env.HOMELAB_LAN || undefined;
  if (wanted) lanOf(wanted);
  const existing = await inspect<Network>("network", paths.id);
  const has = existing && subnetsOf(existing)[0];
  const routes = await machineRoutes();
  const others = routes.filter(({ dev }) => dev !== paths.id); // the name of the LAN's bridge
  const taken = others.map(({ dst = "", dev }) => ({
    cidr: dst,
    by: `route by ${dev}`,
    isRoute: true,
  }));
  if (has && lanOr(has)) {
    if (wanted && wanted !== has) {
      throw new Error(
        `HOMELAB_LAN: got ${wanted}, but the lab's LAN is ${has}; remove the lab first (./lab reset), ` +
          "or unset the variable",
      );
    }
    const lan = lanOf(has);
    return { lan, exists: true, isForeign: false, routes, rival: rivalOf(lan, taken) };
  }
  const former = lanOr((await readState(paths)).lanCidr)?.cidr;
  const lan = chooseLan([...taken, ...(await dockerNetworks())], former, wanted);
  return { lan, exists: false, isForeign: existing !== undefined, routes };
}

/**
 * The lab's LAN, made where there is none.
 *
 * @throws when no subnet is free, or the named one cannot be had.
 */
export async function ensureLan(paths: LabPaths): Promise<Lan> {
  const { lan, exists, isForeign, routes } = await planLan(paths);
  if (!exists) {
    if (isForeign) await docker(["network", "rm", paths.id]);
    await docker([
      ...["network", "create", "--driver", "bridge", ...labels(paths)],
      ...["--subnet", lan.cidr, "--gateway", lan.gateway, "--ip-range", lan.dockerRange],
      ...["--opt", `com.docker.network.driver.mtu=${await uplinkMtu(routes)}`],
      ...["--opt", `com.docker.network.bridge.name=${paths.id}`],
      paths.id,
    ]);
  }
  await writeState(paths, { lanCidr: lan.cidr });
  return lan;
}

/** The LAN of a subnet that was made before, or undefined where it is none of ours. */
function lanOr(cidr: string | undefined): Lan | undefined {
  try {
    return lanOf(cidr ?? "");
  } catch {
    return undefined;
  }
}

async function dockerNetworks(): Promise<TakenRange[]> {
  const ids = (await docker(["network", "ls", "--quiet"])).split("\n").filter(Boolean);
  if (ids.length === 0) return [];
  // A network may go between the two calls; the others are still printed.
  const result = await exec("docker", ["network", "inspect", ...ids]);
  return (JSON.parse(result.stdout || "[]") as Network[]).flatMap((network) =>
    subnetsOf(network).map((cidr) => ({
      cidr,
      by: `Docker network ${network.Name}`,
      isRoute: false,
    })),
  );
}

function subnetsOf(network: Network): string[] {
  return (network.IPAM.Config ?? []).map((config) => config.Subnet ?? "");
}
