import type { CtSection, RawLine } from "../codec/ctConfig";
import { parseFeatures } from "../codec/features";
import { parseNet } from "../codec/net";
import {
  cpuLimits,
  cpuSet,
  memoryLimits,
  translateRawLines,
  type CgroupLimit,
  type CgroupVersion,
} from "./cgroupKeys";

/** First id on the node of an unprivileged CT's users, and how many there are. */
export const idMap = { first: 100_000, count: 65_536 };

/** The node's uid of a CT's root. */
export const rootUidOf = (options: Record<string, string>) =>
  options.unprivileged === "1" ? idMap.first : 0;

/** What the generated configuration depends on besides the CT's own one. */
export interface LxcConfigContext {
  vmid: number;
  cgroupVersion: CgroupVersion;
  /** CPUs that the node may use. */
  cpus: number[];
  /** The directory that the CT's disk is mounted on. */
  rootfs: string;
  /** Executable that LXC calls before start and after stop. */
  hook: string;
  /** MTU by bridge. */
  bridgeMtu: Record<string, number>;
  /** Name on the node's side of the interface with this index. */
  vethName: (index: number) => string;
  /** A machine without swap accounting has no key for the sum of memory and swap. */
  swapAccounting: boolean;
  /** Seccomp profile of an unprivileged CT. */
  seccompProfile: string;
}

const lxcArch: Record<string, string> = {
  amd64: "x86_64",
  i386: "i686",
  arm64: "aarch64",
  armhf: "armhf",
};

/** Networks by index, ascending. */
export function netsOf(options: Record<string, string>): [number, ReturnType<typeof parseNet>][] {
  return Object.keys(options)
    .flatMap((key) => /^net(\d+)$/.exec(key)?.[1] ?? [])
    .map(Number)
    .sort((a, b) => a - b)
    .map((index) => [index, parseNet(options[`net${index}`]!)]);
}

/**
 * What AppArmor allows on a real node is decided here by how `/proc`, `/sys` and cgroups are mounted:
 * writable only with `nesting`, as Docker in the CT needs them.
 */
function mountLines(options: Record<string, string>): RawLine[] {
  const features = parseFeatures(options.features ?? "");
  const unprivileged = options.unprivileged === "1";
  const lines: RawLine[] = [["lxc.mount.auto", ""]];
  if (features.nesting) {
    lines.push(["lxc.mount.auto", `proc:rw sys:rw cgroup:rw:force`]);
  } else {
    // An unprivileged CT's own sysfs; systemd 252 mounts what it needs of the cgroups itself.
    const sys = unprivileged && features.forceRwSys ? "sys:rw" : "sys:mixed";
    lines.push(["lxc.mount.auto", `proc:mixed ${sys} cgroup:mixed`]);
  }
  if (features.fuse) {
    lines.push(["lxc.mount.entry", "/dev/fuse dev/fuse none bind,create=file 0 0"]);
  }
  return lines;
}

function netLines(options: Record<string, string>, context: LxcConfigContext): RawLine[] {
  return netsOf(options).flatMap(([index, net]) => {
    const at = (key: string, value: string): RawLine => [`lxc.net.${index}.${key}`, value];
    const mtu = net.mtu ?? (net.bridge ? context.bridgeMtu[net.bridge]?.toString() : undefined);
    const lines = [at("type", "veth"), at("veth.pair", context.vethName(index))];
    if (net.bridge && net.link_down !== "1") lines.push(at("link", net.bridge));
    lines.push(at("name", net.name));
    if (net.hwaddr) lines.push(at("hwaddr", net.hwaddr));
    if (mtu) lines.push(at("mtu", mtu));
    if (net["host-managed"] === "1") {
      lines.push(at("flags", "up"));
      if (net.ip?.includes("/")) lines.push(at("ipv4.address", net.ip));
      if (net.gw) lines.push(at("ipv4.gateway", net.gw));
      if (net.ip6?.includes("/")) lines.push(at("ipv6.address", net.ip6));
      if (net.gw6) lines.push(at("ipv6.gateway", net.gw6));
    }
    return lines;
  });
}

/** Limits that must be in force once the CT runs: the options' and what raw lines say instead. */
export function wantedLimits(config: CtSection, context: LxcConfigContext): CgroupLimit[] {
  const { options, raw } = config;
  const { cgroupVersion: version, swapAccounting } = context;
  const wanted = new Map<string, string>();
  for (const { key, value } of [...memoryLimits(options, version), ...cpuLimits(options, version)])
    if (swapAccounting || !/memsw|swap/.test(key)) wanted.set(key, value);
  const cpus = cpuSet(options, context.vmid, context.cpus);
  if (cpus) wanted.set(cpus.key, cpus.value);
  const prefix = version === 1 ? "lxc.cgroup." : "lxc.cgroup2.";
  for (const [key, value] of translateRawLines(raw, version, () => undefined)) {
    const name = key.startsWith(prefix) ? key.slice(prefix.length) : "";
    // Device rules cannot be read back; groups' places are no limits.
    if (/^(?:memory|cpu|cpuset|pids)\./.test(name)) wanted.set(name, value);
  }
  return [...wanted].map(([key, value]) => ({ key, value }));
}

/** Raw lines as LXC takes them, translated for the machine; the text of LXC's `config` file. */
export function generateLxcConfig(
  config: CtSection,
  context: LxcConfigContext,
  warn: (text: string) => void,
): string {
  const { options, raw } = config;
  const { vmid, cgroupVersion: version } = context;
  const unprivileged = options.unprivileged === "1";
  const lines: RawLine[] = [
    ["lxc.cgroup.relative", "0"],
    ["lxc.cgroup.dir.monitor", `lxc.monitor/${vmid}`],
    ["lxc.cgroup.dir.container", `lxc/${vmid}`],
    // Limits are on the outer group, out of the CT's reach.
    ["lxc.cgroup.dir.container.inner", "ns"],
    ["lxc.arch", lxcArch[options.arch ?? "amd64"] ?? "x86_64"],
    ["lxc.include", "/usr/share/lxc/config/common.conf"],
  ];
  if (unprivileged) {
    lines.push(["lxc.include", "/usr/share/lxc/config/userns.conf"]);
    lines.push(["lxc.seccomp.profile", context.seccompProfile]);
    // Maps of the CT's own stand instead of the usual one: both together would meet.
    const own = raw.some(([key]) => key === "lxc.idmap");
    for (const kind of own ? [] : ["u", "g"])
      lines.push(["lxc.idmap", `${kind} 0 ${idMap.first} ${idMap.count}`]);
  }
  lines.push(["lxc.apparmor.profile", "unconfined"]);
  lines.push(...mountLines(options));
  // The CT's disk is mounted for the monitor only: the mount and its loop device end with it.
  lines.push(["lxc.monitor.unshare", "1"]);
  lines.push(["lxc.hook.pre-start", `${context.hook} hook`]);
  lines.push(["lxc.hook.post-stop", `${context.hook} hook`]);
  lines.push(["lxc.tty.max", options.console === "0" ? "0" : (options.tty ?? "2")]);
  lines.push(["lxc.environment", "TERM=linux"]);
  lines.push(["lxc.uts.name", options.hostname ?? `CT${vmid}`]);
  const prefix = version === 1 ? "lxc.cgroup." : "lxc.cgroup2.";
  const limits = wantedLimits({ options, raw: [] }, context);
  lines.push(...limits.map(({ key, value }): RawLine => [prefix + key, value]));
  lines.push(["lxc.rootfs.path", `dir:${context.rootfs}`]);
  if (options.entrypoint) lines.push(["lxc.init.cmd", options.entrypoint]);
  lines.push(...netLines(options, context));
  lines.push(...translateRawLines(raw, version, warn));
  return lines.map(([key, value]) => `${key} = ${value}`.trimEnd() + "\n").join("");
}

/** System calls that an unprivileged CT does not get; `keyctl` only with the feature of that name. */
export function generateSeccompProfile(options: Record<string, string>): string {
  const { keyctl } = parseFeatures(options.features ?? "");
  const denied = [
    "kexec_load",
    "open_by_handle_at",
    "init_module",
    "finit_module",
    "delete_module",
  ];
  return [
    "2",
    "denylist",
    "reject_force_umount",
    "[all]",
    ...denied.map((name) => `${name} errno 1`),
    // "not implemented": programs then go on without a keyring.
    ...(keyctl ? [] : ["keyctl errno 38"]),
    "",
  ].join("\n");
}
