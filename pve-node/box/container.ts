import { createHash } from "node:crypto";
import { join } from "node:path";
import { mkdir } from "node:fs/promises";
import { exec } from "../../system/exec";
import type { LabPaths } from "../../system/labPaths";
import type { Note } from "../../system/progress";
import { hostAccess } from "./capabilities";
import { docker, inspect, remove } from "./docker";
import { containerName, labels, nodeName } from "./names";
import { choosePorts, isPortFree, type Ports } from "./ports";
import { readState, writeState } from "./boxState";
import { renew } from "./renew";
import type { Lan } from "./subnet";
import { templateFolder } from "./template";
import { DEFAULT_RELEASE, type PveRelease } from "../version";

/** What the node's container is made from. */
export interface NodeSpec {
  image: string;
  lan: Lan;
  /** Release whose API it serves. */
  release: PveRelease;
}

interface Container {
  Id: string;
  State: { Running: boolean; Status: string };
  /** How often Docker has started it again by itself since somebody started it. */
  RestartCount: number;
  Config: { Labels: Record<string, string> };
}

/** Seconds Docker waits for the node to stop its CTs before it kills them. */
const stopSeconds = 60;

/** Labs that start at the same moment choose the same free ports; each but one chooses again. */
const maxAttempts = 5;

export const findContainer = (paths: LabPaths): Promise<Container | undefined> =>
  inspect<Container>("container", containerName(paths));

/**
 * Makes the container run as `spec` says; one that does is left alone. One that runs and differs in the node's
 * own files only is given them while its CTs go on; any other is replaced, and its volume stays.
 *
 * @param tell says a lasting line: that CTs are interrupted, and why
 */
export async function ensureContainer(
  paths: LabPaths,
  spec: NodeSpec,
  note: Note,
  tell: (line: string) => void,
): Promise<void> {
  const name = containerName(paths);
  const existing = await findContainer(paths);
  const { ports: remembered, renewed } = await readState(paths);
  if (existing && remembered) {
    const runWith = runArguments(paths, spec, remembered);
    const wanted = digest(runWith);
    const madeFrom =
      renewed?.container === existing.Id ? renewed.spec : existing.Config.Labels["homelab.spec"];
    if (madeFrom === wanted) {
      if (existing.State.Running) return;
      // A port it had may be another program's by now: then it is made anew with other ports.
      if ((await exec("docker", ["start", name])).code === 0) return;
    } else if (existing.State.Running) {
      note("giving the running node other files");
      const reason = await renew(paths, runWith);
      if (!reason) {
        await writeState(paths, { renewed: { container: existing.Id, spec: wanted } });
        return;
      }
      tell(`Embedded node: is restarted with its CTs, for ${reason}`);
    }
  }
  if (existing) {
    if (existing.State.Running) await docker(["stop", "-t", String(stopSeconds), name]);
    await remove("container", name);
  }
  await mkdir(join(paths.cache, "apt"), { recursive: true });
  await docker(["volume", "create", ...labels(paths), name]); // with labels, to be found again
  const refused: number[] = [];
  for (let attempt = 1; ; attempt++) {
    const isFree = async (port: number) => !refused.includes(port) && (await isPortFree(port));
    const ports = await choosePorts(remembered, isFree);
    await writeState(paths, { ports });
    const runWith = runArguments(paths, spec, ports);
    try {
      await docker(["run", "--detach", "--label", `homelab.spec=${digest(runWith)}`, ...runWith]);
      return;
    } catch (error) {
      // Another lab may take a port between the look at it and its use, and Docker keeps one for a container
      // whose own listener has died.
      const taken = refusedPort(String(error));
      if (taken === undefined || attempt === maxAttempts) throw error;
      refused.push(taken);
      await remove("container", name);
    }
  }
}

/** The port that Docker could not publish; 0 where it does not say which. */
export function refusedPort(message: string): number | undefined {
  if (!/port is already allocated|address already in use/.test(message)) return undefined;
  return Number(/127\.0\.0\.1:(\d+)/.exec(message)?.[1] ?? 0);
}

/** Stops all CTs in order, then the node. */
export async function stopContainer(paths: LabPaths): Promise<void> {
  await docker(["stop", "-t", String(stopSeconds), containerName(paths)]);
}

/** What `docker run` is told of the node's container. */
export function runArguments(paths: LabPaths, spec: NodeSpec, ports: Ports): string[] {
  const name = containerName(paths);
  const publish = (port: number, inside: number) => ["--publish", `127.0.0.1:${port}:${inside}`];
  return [
    ...["--name", name, "--hostname", nodeName, ...labels(paths)],
    ...["--restart", "unless-stopped", "--stop-timeout", String(stopSeconds)],
    // A daemon's own driver may know other options, keep nothing to read (none), or not run (journald, syslog).
    ...["--log-driver", "json-file", "--log-opt", "max-size=10m", "--log-opt", "max-file=3"],
    ...hostAccess(),
    ...["--network", paths.id, "--ip", spec.lan.node],
    ...publish(ports.http, 8080),
    ...publish(ports.api, 8006),
    ...publish(ports.ssh, 22),
    ...["--volume", `${name}:/var/lib/pve-node`],
    ...["--volume", `${join(paths.cache, "apt")}:/var/cache/homelab-apt`],
    ...["--volume", `${templateFolder(paths)}:/var/cache/homelab-template:ro`],
    ...withoutProxies(),
    ...["--env", `PVE_NODE_NAME=${nodeName}`],
    ...["--env", `PVE_NODE_LB_ADDRESS=${spec.lan.loadBalancer}`],
    // Nothing is said of the usual one: a node that has it stays as it is.
    ...(spec.release === DEFAULT_RELEASE ? [] : ["--env", `PVE_NODE_RELEASE=${spec.release}`]),
    spec.image,
  ];
}

/**
 * Docker gives each container the proxies of the user's `~/.docker/config.json`. The node's own
 * programs speak to loopback and to their CTs only, and would ask the proxy for those.
 */
export function withoutProxies(): string[] {
  const names = ["http_proxy", "https_proxy", "ftp_proxy", "all_proxy", "no_proxy"];
  return names.flatMap((name) => [
    ...["--env", `${name}=`],
    ...["--env", `${name.toUpperCase()}=`],
  ]);
}

/** Tells a container that was made from other arguments. */
const digest = (runWith: string[]): string =>
  createHash("sha256").update(JSON.stringify(runWith)).digest("hex").slice(0, 12);
