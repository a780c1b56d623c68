import { exec } from "../../system/exec";
import type { LabPaths } from "../../system/labPaths";
import { docker, inspect } from "./docker";
import { machineRoutes, uplinkMtu } from "./machine";
import { labels } from "./names";
import { readState, writeState } from "./boxState";
import { chooseLan, type Lan } from "./subnet";

interface Network {
  IPAM: { Config: { Subnet?: string }[] | null };
}

/** The lab's LAN. It keeps its subnet while nothing else on the machine takes it. */
export async function ensureLan(paths: LabPaths): Promise<Lan> {
  const existing = await inspect<Network>("network", paths.id);
  if (existing) {
    const lan = chooseLan([], subnetsOf(existing)[0]);
    if (subnetsOf(existing).includes(lan.cidr)) {
      await writeState(paths, { lanCidr: lan.cidr });
      return lan;
    }
    await docker(["network", "rm", paths.id]);
  }
  const routes = await machineRoutes();
  const taken = [...routes.map((route) => route.dst ?? ""), ...(await dockerSubnets())];
  const lan = chooseLan(taken, (await readState(paths)).lanCidr);
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

async function dockerSubnets(): Promise<string[]> {
  const ids = (await docker(["network", "ls", "--quiet"])).split("\n").filter(Boolean);
  if (ids.length === 0) return [];
  // A network may go between the two calls; the others are still printed.
  const result = await exec("docker", ["network", "inspect", ...ids]);
  return (JSON.parse(result.stdout || "[]") as Network[]).flatMap(subnetsOf);
}

function subnetsOf(network: Network): string[] {
  return (network.IPAM.Config ?? []).map((config) => config.Subnet ?? "");
}
