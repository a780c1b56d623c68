import { existsSync, readFileSync, statfsSync } from "node:fs";
import { freemem } from "node:os";
import { inPath, thisFamily } from "../../system/distribution";
import { exec } from "../../system/exec";
import type { LabPaths } from "../../system/labPaths";
import { judgeClock, lookAtClock } from "./clock";
import { askDocker, type DockerAnswer } from "./docker";
import { type Finding, judgePlatform, judgeProxmoxHost, judgeRoom, judgeSsh } from "./findings";
import { judgeCgroups, judgeDocker } from "./judgeDocker";
import { judgeKernel, lookAtKernel } from "./kernel";
import { checkNetwork } from "./network";
import { checkOrigin } from "./origin";
import { judgePlace, judgeUmask, lookAtPlaces, nearest } from "./places";
import { checkProxies } from "./proxies";

/** Where Docker keeps its data unless told otherwise. */
const defaultDockerFolder = "/var/lib/docker";

const memory = {
  supportedGiB: 4,
  leastGiB: 2,
  why: "the CTs' caps and the node add up to 4 GB",
  remedy: "end other programs, or stop other labs (./lab pve stop there)",
};

const disk = {
  supportedGiB: 20,
  leastGiB: 8,
  why: "images, CTs' disks and packages are kept there",
  remedy: "docker system df and ./lab reset --all show what may go",
};

const cacheDisk = {
  supportedGiB: 8,
  leastGiB: 2,
  why: "toolchain, packages and templates are kept there",
  remedy: "remove files there, or set HOMELAB_CACHE to a folder on another disk",
};

/**
 * Looks at everything the embedded node needs of this machine; changes nothing. `./lab doctor` prints all of
 * it, and commands that bring the node refuse to begin where one finding is an error.
 *
 * @param asked what Docker answered a moment ago
 */
export async function checkMachine(paths: LabPaths, asked?: DockerAnswer): Promise<Finding[]> {
  const docker = asked ?? (await askDocker());
  const daemon = docker.kind === "running" ? docker.daemon : undefined;
  const judged = judgeDocker(docker);
  const [ssh, network, proxies] = await Promise.all([
    askSsh(),
    checkNetwork(paths, judged.level !== "error"),
    checkProxies(),
  ]);
  return [
    judgePlatform(process.platform, process.arch),
    judgeProxmoxHost(proxmoxSigns()),
    ...lookAtPlaces(paths).map(judgePlace),
    ...(await checkOrigin(paths)),
    judgeUmask(process.umask()),
    judgeRoom("memory", availableMemory(), memory),
    judgeRoom("disk", freeDisk(daemon?.rootFolder), disk),
    judgeRoom("disk of the cache", freeBytes(nearest(paths.cache)), cacheDisk),
    judgeSsh(ssh, thisFamily()),
    judged,
    ...judgeCgroups(docker),
    judgeKernel(lookAtKernel()),
    ...network,
    ...proxies,
    judgeClock(lookAtClock(paths, daemon?.time ?? ""), thisFamily()),
  ];
}

export function proxmoxSigns(): string[] {
  return ["/etc/pve/.version", "/usr/bin/pveversion"].filter((path) => existsSync(path));
}

/** What `ssh -V` says, on standard error; undefined where there is no ssh. */
async function askSsh(): Promise<string | undefined> {
  if (!inPath("ssh") || !inPath("ssh-keygen")) return undefined;
  const { stdout, stderr } = await exec("ssh", ["-V"], { timeoutMs: 5000 });
  return stdout + stderr;
}

function availableMemory(): number {
  try {
    const found = /^MemAvailable:\s+(\d+) kB/m.exec(readFileSync("/proc/meminfo", "utf8"));
    return found ? Number(found[1]) * 1024 : freemem();
  } catch {
    return freemem();
  }
}

/** The folder of a daemon in a virtual machine (Docker Desktop) is not on this machine. */
function freeDisk(dockerFolder = ""): number {
  const places = [dockerFolder, defaultDockerFolder, "/"];
  return freeBytes(places.find((place) => place && existsSync(place))!);
}

function freeBytes(folder: string): number {
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize;
}
