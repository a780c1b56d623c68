import { existsSync, readdirSync, readFileSync } from "node:fs";
import { release } from "node:os";
import { gunzipSync } from "node:zlib";
import { type Finding, ok, problem } from "./findings";

/** What can be read about the running kernel before anything is tried on it. */
export interface KernelFacts {
  release: string;
  /** Its build configuration; undefined where the machine does not keep it. */
  config?: string;
  /** Versions with modules below /lib/modules. */
  modules: string[];
  /** Most user namespaces; 0 forbids them. */
  userNamespaces?: number;
}

/** Options that the node needs, with what for. One that is absent from a configuration is not set. */
const needed: [option: string, use: string][] = [
  ["CONFIG_NF_TABLES", "the node's filters"],
  ["CONFIG_NF_TABLES_BRIDGE", "the guards on the CTs' ports"],
  ["CONFIG_NETFILTER_NETLINK_LOG", "./lab flows"],
  ["CONFIG_BRIDGE", "the CTs' networks"],
  ["CONFIG_VETH", "the CTs' networks"],
  ["CONFIG_BLK_DEV_LOOP", "the CTs' disks"],
  ["CONFIG_OVERLAY_FS", "Docker on app1"],
  ["CONFIG_FUSE_FS", "Docker on the other app nodes"],
  ["CONFIG_USER_NS", "unprivileged CTs"],
  ["CONFIG_MEMCG", "the CTs' memory limits"],
];

/** The kernel has what the node needs, as far as its configuration says; `up` then tries each for real. */
export function judgeKernel({ release, config, modules, userNamespaces }: KernelFacts): Finding {
  const subject = "kernel";
  if (/microsoft/i.test(release) && !/WSL2/i.test(release))
    return problem(subject, "error", {
      found: `${release} is WSL 1`,
      why: "it has no Linux kernel, hence no containers",
      remedy: "wsl --set-version DISTRIBUTION 2, in Windows",
    });
  const missing = needed.filter(
    ([option]) => config && !new RegExp(`^${option}=[ym]$`, "m").test(config),
  );
  if (missing.length > 0)
    return problem(subject, "error", {
      found: `${release} was built without ${missing.map(([option]) => option).join(", ")}`,
      why: `needed for ${[...new Set(missing.map(([, use]) => use))].join(", ")}`,
      remedy: /microsoft/i.test(release)
        ? "name a kernel that has it in .wslconfig (kernel=…), then wsl --shutdown; WSL2's own has not"
        : "use your distribution's own kernel, and restart the machine",
    });
  if (userNamespaces === 0)
    return problem(subject, "error", {
      found: `${release} allows no user namespaces (user.max_user_namespaces is 0)`,
      why: "lb and db are unprivileged CTs",
      remedy: "sudo sysctl -w user.max_user_namespaces=15000, and the same in /etc/sysctl.d",
    });
  if (modules.length > 0 && !modules.includes(release))
    return problem(subject, "warning", {
      found: `${release} runs, but /lib/modules has ${modules.join(", ")} only`,
      why: "it was updated since the start, so nothing more can be loaded into it",
      remedy: "restart the machine",
    });
  return ok(subject, release);
}

/** Reads what the machine says of its kernel; nothing of it needs root. */
export function lookAtKernel(): KernelFacts {
  const version = release();
  return {
    release: version,
    config: configOf(["/proc/config.gz", `/boot/config-${version}`]),
    modules: existsSync("/lib/modules") ? readdirSync("/lib/modules") : [],
    userNamespaces: numberIn("/proc/sys/user/max_user_namespaces"),
  };
}

function configOf(files: string[]): string | undefined {
  for (const file of files) {
    try {
      const content = readFileSync(file);
      return (file.endsWith(".gz") ? gunzipSync(content) : content).toString();
    } catch {
      continue; // Debian lets only root read it in /boot
    }
  }
  return undefined;
}

function numberIn(file: string): number | undefined {
  try {
    return Number(readFileSync(file, "utf8"));
  } catch {
    return undefined;
  }
}
