import { type Family, installCommand } from "../../system/distribution";

/** What a check of the machine found. */
export interface Finding {
  subject: string;
  level: "ok" | "warning" | "error";
  /** What was found, as a person would say it. */
  found: string;
  /** Why it matters; left out where `found` says it or all is well. */
  why?: string;
  /** What to do about it; empty when all is well. */
  remedy: string;
}

export const ok = (subject: string, found: string): Finding => ({
  subject,
  level: "ok",
  found,
  remedy: "",
});

/** Something that keeps a lab from running (`error`), or makes it less than it should be (`warning`). */
export const problem = (
  subject: string,
  level: "warning" | "error",
  about: { found: string; why: string; remedy: string },
): Finding => ({ subject, level, ...about });

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
    const why = "the node runs Linux containers and Debian's packages";
    return problem(subject, "error", { found, why, remedy: "use Linux on x86_64 or arm64" });
  }
  if (arch === "arm64") {
    return { subject, level: "warning", found, remedy: "arm64 is untested; x86_64 is tested" };
  }
  return ok(subject, found);
}

/** Refuses a machine that is a Proxmox VE node itself: nothing is installed on a hypervisor. */
export function judgeProxmoxHost(signs: string[]): Finding {
  if (signs.length === 0) return ok("not a Proxmox VE host", "no trace of Proxmox VE");
  return {
    subject: "not a Proxmox VE host",
    level: "error",
    found: `this machine is one (${signs.join(", ")})`,
    why: "nothing is installed on a hypervisor",
    remedy: "run ./lab on another machine; a real Proxmox VE is used through a stack of its own",
  };
}

const gib = 1024 ** 3;

/** Room for the lab: full speed from `supported` on, hopeless below `least`. */
export function judgeRoom(
  subject: string,
  freeBytes: number,
  limits: { supportedGiB: number; leastGiB: number; why: string; remedy: string },
): Finding {
  const free = freeBytes / gib;
  const found = `${free.toFixed(1)} GiB free`;
  // A lab that says "4 GB" means a machine sold as such, which shows a little less.
  if (free >= limits.supportedGiB * 0.93) return ok(subject, found);
  const level = free >= limits.leastGiB ? "warning" : "error";
  const remedy = `free ${limits.supportedGiB} GiB: ${limits.remedy}`;
  return problem(subject, level, { found, why: limits.why, remedy });
}

/** The OpenSSH client: what `ssh -V` says, or undefined where there is none. */
export function judgeSsh(said: string | undefined, family: Family): Finding {
  const subject = "ssh";
  const remedy = installCommand(["ssh"], family);
  const why = "the lab reaches its node by ssh";
  if (said === undefined) return problem(subject, "error", { found: "not installed", why, remedy });
  const version = /OpenSSH_(\d+\.\d+)/.exec(said)?.[1];
  if (!version) {
    const found = `it is not OpenSSH (${said.trim() || "it says nothing"})`;
    return problem(subject, "error", { found, why: `${why} with OpenSSH's options`, remedy });
  }
  return atLeast(version, [8, 5])
    ? ok(subject, `OpenSSH ${version}`)
    : problem(subject, "error", {
        found: `OpenSSH ${version}`,
        why: "host keys are pinned with KnownHostsCommand, which came with 8.5",
        remedy: "install OpenSSH 8.5 or newer (RHEL 9, Ubuntu 22.04 and Debian 12 have it)",
      });
}
