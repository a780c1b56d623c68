import { existsSync, readFileSync, statfsSync } from "node:fs";
import { freemem } from "node:os";
import { inPath, thisFamily } from "../../system/distribution";
import { exec } from "../../system/exec";
import { askDocker, judgeDocker } from "./docker";
import { type Finding, judgePlatform, judgeProxmoxHost, judgeRoom, judgeSsh } from "./findings";

/** Where Docker keeps its data unless told otherwise. */
const defaultDockerFolder = "/var/lib/docker";

/** Looks at everything the embedded node needs of this machine; changes nothing. */
export async function checkMachine(): Promise<Finding[]> {
  const docker = await askDocker();
  const dockerFolder = docker.kind === "running" ? docker.daemon.rootFolder : "";
  return [
    judgePlatform(process.platform, process.arch),
    judgeProxmoxHost(proxmoxSigns()),
    judgeRoom("memory", availableMemory(), { supportedGiB: 4, leastGiB: 2 }),
    judgeRoom("disk", freeDisk(dockerFolder), { supportedGiB: 20, leastGiB: 8 }),
    judgeSsh(await askSsh(), thisFamily()),
    judgeDocker(docker),
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
function freeDisk(dockerFolder: string): number {
  const places = [dockerFolder, defaultDockerFolder, "/"];
  const { bavail, bsize } = statfsSync(places.find((place) => place && existsSync(place))!);
  return bavail * bsize;
}
