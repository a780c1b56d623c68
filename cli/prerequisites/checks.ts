import { existsSync, readFileSync, statfsSync } from "node:fs";
import { freemem } from "node:os";
import { delimiter, join } from "node:path";
import { exec } from "../../system/exec";
import {
  type DockerAnswer,
  type Finding,
  judgeDocker,
  judgePlatform,
  judgeProxmoxHost,
  judgeRoom,
  judgeTools,
  tools,
} from "./findings";

/** Where Docker keeps its data unless told otherwise. */
const dockerRoot = "/var/lib/docker";

/** Looks at everything the embedded node needs of this machine; changes nothing. */
export async function checkMachine(): Promise<Finding[]> {
  return [
    judgePlatform(process.platform, process.arch),
    judgeProxmoxHost(proxmoxSigns()),
    judgeRoom("memory", availableMemory(), { supportedGiB: 4, leastGiB: 2 }),
    judgeRoom("disk", freeDisk(), { supportedGiB: 20, leastGiB: 8 }),
    judgeTools(missingTools()),
    judgeDocker(await askDocker()),
  ];
}

export function proxmoxSigns(): string[] {
  return ["/etc/pve/.version", "/usr/bin/pveversion"].filter((path) => existsSync(path));
}

export function missingTools(): typeof tools {
  return tools.filter(({ command }) => !inPath(command));
}

/** The daemon's version, or why it does not say. */
export async function askDocker(): Promise<DockerAnswer> {
  if (!inPath("docker")) return { kind: "missing" };
  const asked = await exec("docker", ["version", "--format", "{{.Server.Version}}"], {
    timeoutMs: 20_000,
  });
  if (asked.code === 0) return { kind: "running", version: asked.stdout.trim() };
  const why = asked.stderr.trim().split("\n").at(-1) ?? `exit status ${asked.code}`;
  return { kind: "unreachable", why };
}

/** A command's place is looked up in the administrator's folders too: iptables lives there. */
export function inPath(command: string): boolean {
  const folders = [...(process.env.PATH ?? "").split(delimiter), "/usr/sbin", "/sbin"];
  return folders.some((folder) => folder !== "" && existsSync(join(folder, command)));
}

function availableMemory(): number {
  try {
    const found = /^MemAvailable:\s+(\d+) kB/m.exec(readFileSync("/proc/meminfo", "utf8"));
    return found ? Number(found[1]) * 1024 : freemem();
  } catch {
    return freemem();
  }
}

function freeDisk(): number {
  const { bavail, bsize } = statfsSync(existsSync(dockerRoot) ? dockerRoot : "/");
  return bavail * bsize;
}
