/** What a check of the machine found. */
export interface Finding {
  subject: string;
  level: "ok" | "warning" | "error";
  /** What was found, as a person would say it. */
  found: string;
  /** What to do about it; empty when all is well. */
  remedy: string;
}

export const ok = (subject: string, found: string): Finding => ({
  subject,
  level: "ok",
  found,
  remedy: "",
});

/** What a version text must be at least; `unknown` versions pass as they are. */
export function atLeast(version: string, wanted: [number, number]): boolean {
  const [major = 0, minor = 0] = version.split(".").map((part) => Number.parseInt(part, 10));
  return major > wanted[0] || (major === wanted[0] && minor >= wanted[1]);
}

/** The machine is of a kind the embedded node runs on. */
export function judgePlatform(platform: string, arch: string): Finding {
  const subject = "machine";
  const found = `${platform} on ${arch}`;
  if (platform !== "linux" || (arch !== "x64" && arch !== "arm64")) {
    return { subject, level: "error", found, remedy: "use Linux on x86_64 or arm64" };
  }
  if (arch === "arm64") {
    return { subject, level: "warning", found, remedy: "arm64 is untested; x86_64 is tested" };
  }
  return ok(subject, found);
}

/** Nothing is installed on a hypervisor. */
export function judgeProxmoxHost(signs: string[]): Finding {
  if (signs.length === 0) return ok("not a Proxmox VE host", "no trace of Proxmox VE");
  return {
    subject: "not a Proxmox VE host",
    level: "error",
    found: `this machine is one (${signs.join(", ")})`,
    remedy: "run ./lab on another machine; a real Proxmox VE is used through a stack of its own",
  };
}

const gib = 1024 ** 3;

/** Room for the lab: full speed from `supported` on, hopeless below `least`. */
export function judgeRoom(
  subject: string,
  freeBytes: number,
  limits: { supportedGiB: number; leastGiB: number },
): Finding {
  const free = freeBytes / gib;
  const found = `${free.toFixed(1)} GiB free`;
  // A lab that says "4 GB" means a machine sold as such, which shows a little less.
  if (free >= limits.supportedGiB * 0.93) return ok(subject, found);
  const level = free >= limits.leastGiB ? "warning" : "error";
  return { subject, level, found, remedy: `free ${limits.supportedGiB} GiB` };
}

/** What `docker version` said: the daemon's version, or why there is none. */
export type DockerAnswer =
  { kind: "running"; version: string } | { kind: "missing" } | { kind: "unreachable"; why: string };

export function judgeDocker(answer: DockerAnswer): Finding {
  const subject = "Docker";
  switch (answer.kind) {
    case "running":
      return atLeast(answer.version, [20, 10])
        ? ok(subject, answer.version)
        : {
            subject,
            level: "error",
            found: answer.version,
            remedy: "install Docker 20.10 or newer",
          };
    case "missing":
      return {
        subject,
        level: "error",
        found: "not installed",
        remedy: "install it (Debian and Ubuntu as root: ./lab up --yes does; package docker.io)",
      };
    case "unreachable":
      return {
        subject,
        level: "error",
        found: `its daemon does not answer (${answer.why})`,
        remedy:
          "start it (as root: ./lab up does, or systemctl start docker), or join group docker",
      };
  }
}

/** Programs the lab calls, with the Debian package that brings each. */
export const tools: { command: string; debianPackage: string }[] = [
  { command: "ssh", debianPackage: "openssh-client" },
  { command: "git", debianPackage: "git" },
  { command: "iptables", debianPackage: "iptables" },
  { command: "zstd", debianPackage: "zstd" },
  { command: "mmdebstrap", debianPackage: "mmdebstrap" },
];

export function judgeTools(missing: typeof tools): Finding {
  if (missing.length === 0) return ok("programs", tools.map(({ command }) => command).join(", "));
  return {
    subject: "programs",
    level: "error",
    found: `missing: ${missing.map(({ command }) => command).join(", ")}`,
    remedy: `as root: apt-get install ${missing.map(({ debianPackage }) => debianPackage).join(" ")}`,
  };
}
