import { existsSync, realpathSync } from "node:fs";
import { delimiter, join } from "node:path";
import { exec } from "../../system/exec";
import { inPath } from "../../system/distribution";

/** What the `docker` command and its daemon say about themselves. */
export type DockerAnswer =
  | { kind: "running"; version: string; daemon: DockerDaemon }
  | { kind: "missing" }
  | { kind: "podman" }
  | { kind: "unreachable"; why: string };

/** What `docker info` says that decides whether the node can run there. */
export interface DockerDaemon {
  /** For example `name=rootless`, `name=userns`, `name=seccomp,profile=default`. */
  securityOptions: string[];
  /** Host name of the machine that the daemon runs on. */
  host: string;
  /** Where it keeps images and volumes. */
  rootFolder: string;
  /** `unix://…` and the like, from DOCKER_HOST or the context in use. */
  endpoint: string;
  /** File that the `docker` command really is. */
  client: string;
  /** `1` or `2`; empty where Docker does not say. */
  cgroups: string;
  /** Limits that the kernel cannot keep, of those that CTs are given. */
  missingLimits: string[];
  /** `linux`, or `windows` where Docker Desktop runs Windows containers. */
  system: string;
  /** For example `Debian GNU/Linux 12 (bookworm)`. */
  systemName: string;
  /** It forwards IPv4 between its networks and the others. */
  forwards: boolean;
  /** Its clock, as ISO 8601; empty where it does not say. */
  time: string;
}

interface Version {
  Client?: { OsArch?: string };
  Server?: { Version?: string; Components?: { Name?: string }[] };
}

interface Info {
  SecurityOptions?: string[];
  Name?: string;
  DockerRootDir?: string;
  CgroupVersion?: string;
  MemoryLimit?: boolean;
  CpuCfsQuota?: boolean;
  CPUSet?: boolean;
  PidsLimit?: boolean;
  OSType?: string;
  OperatingSystem?: string;
  IPv4Forwarding?: boolean;
  SystemTime?: string;
}

/** What CTs are limited in, by the field of `docker info` that says whether the kernel can do it. */
const limits = [
  ["MemoryLimit", "memory"],
  ["CpuCfsQuota", "CPU time"],
  ["CPUSet", "CPUs"],
  ["PidsLimit", "processes"],
] as const;

const patience = { timeoutMs: 6000 };

/** Asks `docker` and its daemon; changes nothing. */
export async function askDocker(): Promise<DockerAnswer> {
  if (!inPath("docker")) return { kind: "missing" };
  const [version, said, info, context] = await Promise.all([
    exec("docker", ["version", "--format", "{{json .}}"], patience),
    exec("docker", ["--version"], patience),
    exec("docker", ["info", "--format", "{{json .}}"], patience),
    exec("docker", ["context", "inspect", "--format", "{{.Endpoints.docker.Host}}"], patience),
  ]);
  if (isPodman(version.stdout, said.stdout)) return { kind: "podman" };
  const running = (parse<Version>(version.stdout) ?? {}).Server?.Version;
  if (!running) {
    const words = version.stderr.trim().split("\n").at(-1);
    return { kind: "unreachable", why: words || `exit status ${version.code}` };
  }
  const about = parse<Info>(info.stdout) ?? {};
  const daemon = {
    securityOptions: about.SecurityOptions ?? [],
    host: about.Name ?? "",
    rootFolder: about.DockerRootDir ?? "",
    endpoint: process.env.DOCKER_HOST || context.stdout.trim(),
    client: clientFile(),
    cgroups: about.CgroupVersion ?? "",
    missingLimits: limits.filter(([field]) => about[field] === false).map(([, name]) => name),
    system: about.OSType ?? "",
    systemName: about.OperatingSystem ?? "",
    forwards: about.IPv4Forwarding !== false,
    time: about.SystemTime ?? "",
  };
  return { kind: "running", version: running, daemon };
}

/** Podman's `docker` has another form of version, or its name on the other side of the socket. */
export function isPodman(version: string, said: string): boolean {
  const { Client, Server } = parse<Version>(version) ?? {};
  const names = (Server?.Components ?? []).map(({ Name }) => Name ?? "");
  return Client?.OsArch !== undefined || /podman/i.test([said, ...names].join(" "));
}

function parse<T>(text: string): T | undefined {
  try {
    return JSON.parse(text) as T;
  } catch {
    return undefined;
  }
}

function clientFile(): string {
  const folders = (process.env.PATH ?? "").split(delimiter).filter(Boolean);
  const file = folders.map((folder) => join(folder, "docker")).find((one) => existsSync(one));
  if (!file) return "";
  // A snap's command is a link to snap itself.
  return file.startsWith("/snap/") ? file : realpathSync(file);
}
