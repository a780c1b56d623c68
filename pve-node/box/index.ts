import { rm } from "node:fs/promises";
import type { LabPaths } from "../../system/labPaths";
import { exec } from "../../system/exec";
import type { Progress } from "../../system/progress";
import type { EmbeddedNode } from "./embeddedNode";
import { type Missing, requireAbilities, tryHere } from "./abilities";
import { exchangeKeys, knownSecrets, type NodeSecrets } from "./keyExchange";
import { ensureContainer, findContainer, stopContainer } from "./container";
import { docker, remove } from "./docker";
import {
  type Bring,
  dropOutdated,
  ensureNodeImage,
  ensureSystemImage,
  findSystemImage,
} from "./images";
import { machineNameserver, resolves } from "./machine";
import { accessFiles, containerName, nodeName } from "./names";
import { ensureLan } from "./lan";
import { assertReady, requirePackageCache, untilBooted } from "./ready";
import { type EmbeddedState, readState, writeState } from "./boxState";
import { proxiesOf, proxyHostLine } from "./proxies";
import { assertWhole, dropCopies, endCopy } from "./snapshots";
import { lanOf } from "./subnet";
import { describeNoWayOut, machineReaches, nodeReaches, waypointOf } from "./wayOut";
import { ensureTemplate, templateVolume } from "./template";
import { DEFAULT_RELEASE, type PveRelease } from "../version";

/**
 * Makes the embedded Proxmox node run, and returns how to reach it. What exists is kept: a second
 * call changes nothing, one after a crash completes what is missing.
 *
 * @param release whose API it serves from now on; CTs and users stay. @default - as before, at first 9.1
 */
export async function ensureEmbeddedNode(
  paths: LabPaths,
  progress: Progress,
  bring: Bring,
  release?: PveRelease,
): Promise<EmbeddedNode> {
  if (process.env.HOMELAB_LAN) lanOf(process.env.HOMELAB_LAN); // before minutes are spent on images
  await assertWhole(paths);
  const former = (await readState(paths)).image;
  const [image] = await progress.step("Embedded node: image and CT template", async (note) => {
    const system = await ensureSystemImage(paths, note, bring);
    note("trying what the kernel can do");
    await requireAbilities(paths, system);
    return Promise.all([ensureNodeImage(paths, note, bring), ensureTemplate(paths, note, bring)]);
  });
  const node = await progress.step("Embedded node: start (the region)", async (note) => {
    const lan = await ensureLan(paths);
    const { address: nameserver } = await machineNameserver();
    const state = await writeState(paths, {
      nameserver,
      checkout: paths.root,
      ...(release === undefined ? {} : { release }),
    });
    note("starting the container");
    const spec = { image, lan, release: state.release ?? DEFAULT_RELEASE };
    await ensureContainer(paths, spec, note, (line) => progress.info(line));
    note("waiting for the Proxmox VE API");
    return boot(paths);
  });
  if (!(await reachesPackages(node.nameserver))) {
    progress.warn(
      `offline: ${node.nameserver} answers no questions and no proxy is named, so CTs get only packages that ` +
        "are in the cache already",
    );
  } else {
    const to = waypointOf(proxiesOf().packages, node.nameserver);
    const isCutOff = (await machineReaches(to)) && !(await nodeReaches(paths, to));
    if (isCutOff) progress.warn(describeNoWayOut(to));
  }
  if (former) await dropOutdated(former, (await readState(paths)).image!);
  return node;
}

/** The embedded node if it runs and was set up; changes nothing. */
export async function embeddedNodeInfo(paths: LabPaths): Promise<EmbeddedNode | undefined> {
  const [state, secrets] = await Promise.all([readState(paths), knownSecrets(paths)]);
  if (!state.ports || !state.lanCidr || !secrets) return undefined;
  const container = await findContainer(paths);
  return container?.State.Running ? describe(paths, state, secrets) : undefined;
}

/** What this machine's kernel and Docker lack; undefined before the first `up`, which makes the means to try it. */
export async function missingAbilities(paths: LabPaths): Promise<Missing[] | undefined> {
  const system = await findSystemImage(paths);
  return system ? tryHere(paths, system) : undefined;
}

/** Shuts all CTs down and stops the node; its state stays. */
export async function stopEmbeddedNode(paths: LabPaths, progress: Progress): Promise<void> {
  if (!(await findContainer(paths))?.State.Running) {
    progress.info("Embedded node: does not run");
    return;
  }
  await progress.step("Embedded node: stop", () => stopContainer(paths));
}

/**
 * Removes the node with all CTs: container, LAN, volume, and our keys for it.
 *
 * @param snapshots whether those of it go as well
 */
export async function removeEmbeddedNode(
  paths: LabPaths,
  progress: Progress,
  snapshots: "stay" | "go" = "go",
): Promise<void> {
  const name = containerName(paths);
  await progress.step("Embedded node: remove", async (note) => {
    note("CTs");
    // At once: nothing of them is kept. Disks are mounted by CTs' own processes, so their end
    // unmounts them and lets their loop devices go.
    await remove("container", name);
    await remove("container", `${name}-next`);
    await endCopy(paths);
    note("LAN and volume");
    await remove("network", paths.id);
    await remove("volume", name);
    await rm(accessFiles(paths).folder, { recursive: true, force: true });
    if (snapshots === "go") await dropCopies(paths);
    if ((await readState(paths)).restoring) await writeState(paths, { restoring: undefined });
  });
}

/** Waits until the node answers our key and token, over a connection we can verify, and serves packages. */
async function boot(paths: LabPaths): Promise<EmbeddedNode> {
  const name = containerName(paths);
  const box = {
    state: async () => {
      const found = await findContainer(paths);
      return { running: found?.State.Running === true, restarts: found?.RestartCount ?? 0 };
    },
    log: () => docker(["logs", "--tail", "20", name]),
    remove: () => remove("container", name),
  };
  const state = await readState(paths);
  const ports = state.ports!;
  const node = await untilBooted(box, async () => {
    const secrets = await exchangeKeys(paths, ports.ssh);
    await assertReady({ port: ports.api, ca: secrets.ca, token: secrets.token });
    return describe(paths, state, secrets);
  });
  await giveNetwork(paths, state.nameserver!, await reachesPackages(state.nameserver!));
  const ask = ["exec", name, "curl", "-s", "-o", "/dev/null", "-m", "2", "--noproxy", "*"];
  await requirePackageCache({
    answers: async () => (await exec("docker", [...ask, "http://127.0.0.1:3142/"])).code === 0,
    log: () => docker(["logs", "--tail", "100", name]),
  });
  return node;
}

/** Whether the node's package cache can find servers: by a proxy, or a resolver that answers at all. */
async function reachesPackages(nameserver: string): Promise<boolean> {
  if (proxiesOf().packages !== undefined) return true;
  for (let tries = 0; tries < 3; tries++) if (await resolves(nameserver)) return true;
  return false;
}

/**
 * Tells the node its resolver, for its own use and for CTs that name none, the proxy that its package
 * cache asks, and whether that can ask anybody. They are no part of what the container is made from:
 * another network (Wi-Fi, VPN, none) must not restart the lab.
 */
async function giveNetwork(paths: LabPaths, nameserver: string, online: boolean): Promise<void> {
  const script = [
    "set -eu; umask 077; cd /var/lib/pve-node",
    "read -r nameserver; read -r proxy || true; read -r offline || true; read -r host || true",
    // /etc/resolv.conf is a mount of Docker's: it is written, not replaced. The other is for the next boot.
    `printf 'nameserver %s\\n' "$nameserver" | tee resolv.conf > /etc/resolv.conf`,
    'former="$(cat package-proxy 2> /dev/null || true)|$(ls package-offline 2> /dev/null || true)|' +
      '$(cat package-proxy-host 2> /dev/null || true)"',
    'rm -f package-offline; [ -z "$offline" ] || : > package-offline',
    'printf %s "$proxy" > package-proxy; printf %s "$host" > package-proxy-host',
    `[ "$former" != "$proxy|$offline|$host" ] || exit 0`,
    "pkill -x apt-cacher-ng || true", // it is started again, with what it is told
  ].join("\n");
  // Standard input, for a proxy's address may hold a password.
  const proxy = proxiesOf().packages ?? "";
  const host = await proxyHostLine(proxy);
  const lines = [nameserver, proxy, online ? "" : "package-offline", host, ""];
  await docker(["exec", "-i", containerName(paths), "sh", "-c", script], {
    stdin: lines.join("\n"),
  });
}

function describe(paths: LabPaths, state: EmbeddedState, secrets: NodeSecrets): EmbeddedNode {
  const files = accessFiles(paths);
  const ports = state.ports!;
  const lan = lanOf(state.lanCidr!);
  const at = secrets.token.indexOf("=");
  return {
    apiUrl: `https://127.0.0.1:${ports.api}`,
    caFile: files.ca,
    user: "root@pam",
    password: secrets.password,
    tokenId: secrets.token.slice(0, at),
    tokenSecret: secrets.token.slice(at + 1),
    node: nodeName,
    storage: "local",
    template: templateVolume(),
    lanBridge: "vmbr0",
    privateBridge: "vmbr1",
    lanCidr: lan.cidr,
    lanGateway: lan.gateway,
    lbLanAddress: lan.loadBalancer,
    probeLanAddress: lan.probe,
    nameserver: state.nameserver ?? lan.gateway,
    packageCachePort: 3142,
    sshHost: "127.0.0.1",
    sshPort: ports.ssh,
    sshUser: "root",
    sshKeyFile: files.key,
    sshHostKey: secrets.sshHostKey,
    knownHostsFile: files.knownHosts,
    localUrl: `http://localhost:${ports.http}`,
  };
}
