import { existsSync, realpathSync } from "node:fs";
import { hostname, userInfo } from "node:os";
import { delimiter, join } from "node:path";
import { exec } from "../../system/exec";
import {
  type Family,
  inPath,
  installCommand,
  startDockerCommand,
  thisFamily,
} from "../../system/distribution";
import { atLeast, type Finding, ok } from "./findings";

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
}

interface Version {
  Client?: { OsArch?: string };
  Server?: { Version?: string; Components?: { Name?: string }[] };
}

interface Info {
  SecurityOptions?: string[];
  Name?: string;
  DockerRootDir?: string;
}

const patience = { timeoutMs: 8000 };

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

const subject = "Docker";
const error = (found: string, remedy: string): Finding => ({
  subject,
  level: "error",
  found,
  remedy,
});

const systemDaemon =
  "use the system's daemon: docker context use default, and unset DOCKER_HOST where it is set";

/** The daemon is one that the embedded node can run on, with what to do when it is not. */
export function judgeDocker(
  answer: DockerAnswer,
  machine: { family: Family; host: string; user: string } = thisMachine(),
): Finding {
  const { family } = machine;
  switch (answer.kind) {
    case "running":
      return judgeDaemon(answer.version, answer.daemon, machine.host);
    case "missing":
      return error(
        "not installed",
        family === "debian"
          ? `${installCommand(["docker"], family)} (./lab up --yes does that as root)`
          : `${installCommand(["docker"], family)}, then ${startDockerCommand(family)}`,
      );
    case "podman":
      return error(
        "the `docker` command is Podman",
        `the node needs Docker Engine: remove podman-docker or unset DOCKER_HOST, then ${installCommand(["docker"], family)}`,
      );
    case "unreachable":
      return /permission denied/i.test(answer.why)
        ? error(
            `user ${machine.user} may not use its daemon`,
            `sudo usermod -aG docker ${machine.user}, then log out and in again`,
          )
        : error(`its daemon does not answer (${answer.why})`, startDockerCommand(family));
  }
}

function judgeDaemon(version: string, daemon: DockerDaemon, host: string): Finding {
  const option = (name: string) =>
    daemon.securityOptions.some((one) => one.split(",").includes(`name=${name}`));
  if (!atLeast(version, [20, 10])) return error(version, "install Docker 20.10 or newer");
  if (option("rootless")) {
    return error(
      `${version} runs rootless, and the node needs loop devices and mounts`,
      systemDaemon,
    );
  }
  if (option("userns")) {
    return error(
      `${version} maps its containers' root to another user (userns-remap), and the node needs loop devices and mounts`,
      'remove "userns-remap" from /etc/docker/daemon.json, then restart Docker',
    );
  }
  if (daemon.client.startsWith("/snap/") || daemon.rootFolder.startsWith("/var/snap/")) {
    return error(
      `${version} is a snap, which cannot read hidden folders such as ~/.cache`,
      "sudo snap remove docker, then install Docker from your distribution's packages or docker.com",
    );
  }
  const isLocal = /^(unix|npipe):/.test(daemon.endpoint) || daemon.endpoint === "";
  if (!isLocal && daemon.host !== host) {
    return error(
      `${version} runs on another machine (${daemon.host || "unknown"}, by ${daemon.endpoint}), where this one's folders and loopback ports are not`,
      `${systemDaemon}, or run ./lab there`,
    );
  }
  return ok(subject, version);
}

const thisMachine = () => ({ family: thisFamily(), host: hostname(), user: userInfo().username });
