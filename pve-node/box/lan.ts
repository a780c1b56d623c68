import { exec } from "../../system/exec";
import type { LabPaths } from "../../system/labPaths";
import { docker, inspect } from "./docker";
import { machineRoutes, uplinkMtu } from "./machine";
import { labels } from "./names";
import { readState, writeState } from "./boxState";
import { chooseLan, type Lan, lanOf, type TakenRange } from "./subnet";

interface Network {
  Name?: string;
  IPAM: { Config: { Subnet?: string }[] | null };
}

/**
 * The lab's LAN. It keeps its subnet while nothing else on the machine takes it; `HOMELAB_LAN` names
 * another one, as `192.168.77.0/24`.
 *
 * @throws when no subnet is free, or the named one cannot be had.
 */
export async function ensureLan(paths: LabPaths): Promise<Lan> {
  const wanted = process.env.HOMELAB_LAN || undefined;
  const existing = await inspect<Network>("network", paths.id);
  const has = existing && subnetsOf(existing)[0];
  if (has && lanOr(has)) {
    if (wanted && wanted !== has) {
      throw new Error(
        `HOMELAB_LAN: got ${wanted}, but the lab's LAN is ${has}; remove the lab first (./lab reset), ` +
          "or unset the variable",
      );
    }
    await writeState(paths, { lanCidr: has });
    return lanOf(has);
  }
  if (existing) await docker(["network", "rm", paths.id]);
  const routes = await machineRoutes();
  const taken = [
    ...routes.map(({ dst = "", dev }) => ({ cidr: dst, by: `route by ${dev}`, isRoute: true })),
    ...(await dockerNetworks()),
  ];
  const lan = chooseLan(taken, lanOr((await readState(paths)).lanCidr)?.cidr, wanted);
  await docker([
    ...["network", "create", "--driver", "bridge", ...labels(paths)],
    ...["--subnet", lan.cidr, "--gateway", lan.gateway, "--ip-range", lan.dockerRange],
    ...["--opt", `com.docker.network.driver.mtu=${await uplinkMtu(routes)}`],
    ...["--opt", `com.docker.network.bridge.name=${paths.id}`],
    paths.id,
  ]);
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
