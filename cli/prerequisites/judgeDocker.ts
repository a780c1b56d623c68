import { hostname, userInfo } from "node:os";
import {
  type Family,
  installCommand,
  startDockerCommand,
  thisFamily,
} from "../../system/distribution";
import type { DockerAnswer, DockerDaemon } from "./docker";
import { atLeast, type Finding, ok, problem } from "./findings";

const subject = "Docker";
const why = "the node is a container of Docker's";
const error = (found: string, remedy: string, because = why): Finding =>
  problem(subject, "error", { found, why: because, remedy });

const systemDaemon =
  "use the system's daemon: docker context use default, and unset DOCKER_HOST where it is set";

const rootOfTheMachine = "the node needs loop devices and mounts";

interface Machine {
  family: Family;
  host: string;
  user: string;
}

/** The daemon is one that the embedded node can run on, with what to do when it is not. */
export function judgeDocker(answer: DockerAnswer, machine: Machine = thisMachine()): Finding {
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
        `remove podman-docker or unset DOCKER_HOST, then ${installCommand(["docker"], family)}`,
        "the node needs Docker Engine",
      );
    case "unreachable":
      return judgeSilence(answer.why, machine);
  }
}

/** Why a daemon does not answer decides what to do; the words are Docker's own. */
function judgeSilence(said: string, { family, user }: Machine): Finding {
  if (/permission denied/i.test(said))
    return error(
      `user ${user} may not use its daemon`,
      `sudo usermod -aG docker ${user}, then log out and in again`,
    );
  if (/client version .* too (new|old)|minimum supported API version/i.test(said))
    return error(
      `its command and its daemon are of different times (${said})`,
      "install both from the same packages, and unset DOCKER_API_VERSION where it is set",
    );
  const elsewhere = process.env.DOCKER_HOST ?? "";
  if (elsewhere)
    return error(
      `nobody answers at DOCKER_HOST=${elsewhere} (${said})`,
      `unset DOCKER_HOST, or start what it names`,
    );
  if (/context .*not found|unable to (parse|resolve) docker|invalid bind address/i.test(said))
    return error(`its context cannot be used (${said})`, "docker context use default");
  return error(`its daemon does not answer (${said})`, startDockerCommand(family));
}

function judgeDaemon(version: string, daemon: DockerDaemon, host: string): Finding {
  const option = (name: string) =>
    daemon.securityOptions.some((one) => one.split(",").includes(`name=${name}`));
  if (!atLeast(version, [20, 10]))
    return error(
      version,
      "install Docker 20.10 or newer",
      "older ones cannot give a container cgroups of its own",
    );
  if (daemon.system === "windows")
    return error(
      `${version} runs Windows containers`,
      "switch Docker Desktop to Linux containers",
      "the node is a Linux container",
    );
  if (option("rootless")) return error(`${version} runs rootless`, systemDaemon, rootOfTheMachine);
  if (option("userns"))
    return error(
      `${version} maps its containers' root to another user (userns-remap)`,
      'remove "userns-remap" from /etc/docker/daemon.json, then restart Docker',
      rootOfTheMachine,
    );
  if (daemon.client.startsWith("/snap/") || daemon.rootFolder.startsWith("/var/snap/"))
    return error(
      `${version} is a snap`,
      "sudo snap remove docker, then install Docker from your distribution's packages or docker.com",
      "a snap cannot read hidden folders such as ~/.cache",
    );
  const isLocal = /^(unix|npipe):/.test(daemon.endpoint) || daemon.endpoint === "";
  if (!isLocal && daemon.host !== host)
    return error(
      `${version} runs on another machine (${daemon.host || "unknown"}, by ${daemon.endpoint})`,
      `${systemDaemon}, or run ./lab there`,
      "this machine's folders and loopback ports are not there",
    );
  if (!daemon.forwards)
    return problem(subject, "warning", {
      found: `${version} does not forward IPv4`,
      why: "CTs get their packages through it",
      remedy: "sudo sysctl -w net.ipv4.ip_forward=1, and the same in /etc/sysctl.d",
    });
  if (/docker desktop/i.test(daemon.systemName))
    return problem(subject, "warning", {
      found: `${version} is Docker Desktop's`,
      why: "its virtual machine hides the lab's LAN, and was not tried",
      remedy: "use http://localhost:8080, or Docker Engine",
    });
  return ok(subject, version);
}

/** What the kernel lets Docker limit; CTs get caps for memory and CPUs. */
export function judgeCgroups(answer: DockerAnswer): Finding[] {
  if (answer.kind !== "running" || answer.daemon.cgroups === "") return [];
  const { cgroups, missingLimits } = answer.daemon;
  const subject = "cgroups";
  if (missingLimits.length === 0) return [ok(subject, `version ${cgroups}`)];
  const memory = missingLimits.includes("memory");
  return [
    problem(subject, memory ? "error" : "warning", {
      found: `version ${cgroups}, and the kernel does not limit ${missingLimits.join(", ")}`,
      why: "each CT has a cap, so that the lab fits into 4 GB",
      remedy: memory
        ? "add cgroup_enable=memory to the kernel's command line (on a Raspberry Pi: cmdline.txt), and restart"
        : "use your distribution's own kernel",
    }),
  ];
}

const thisMachine = (): Machine => ({
  family: thisFamily(),
  host: hostname(),
  user: userInfo().username,
});
