import type { Settings } from "../../lib/stack/settings";
import { atLeast, type Finding, ok } from "../prerequisites/findings";
import type { HostFacts } from "./nodeFacts";

/** Findings about the node as its root sees it. */

/** Seconds that clocks may differ before certificates and logs get confused. */
const CLOCK_SECONDS = 30;
/** A systemd in each CT takes some, Docker more; below that CTs fail with "Too many open files". */
const INOTIFY_INSTANCES = 256;
/** LXC keeps a CT's monitor there; with 64 MiB starts failed. */
const SHM_MIB = 128;

/**
 * @param now seconds since 1970 on this machine
 * @param storageType type of the storage of the CTs' disks, as Proxmox names it
 * @param isNew the stack has no load balancer yet, so nothing of its own answers on its address
 */
export function judgeHost(
  facts: HostFacts,
  from: { settings: Settings; now: number; storageType?: string; isNew: boolean },
): Finding[] {
  const { settings } = from;
  const findings: Finding[] = [];
  const error = (subject: string, found: string, remedy: string) =>
    findings.push({ subject, level: "error", found, remedy });
  const warn = (subject: string, found: string, remedy: string) =>
    findings.push({ subject, level: "warning", found, remedy });

  if (facts.user !== undefined && facts.user !== "root") {
    error(
      "SSH",
      `logs in as ${facts.user}`,
      "set sshUser to root: features and raw LXC lines are root's",
    );
  }
  if (!facts.fuse && settings.appNodes.some((node) => node.storageDriver === "fuse-overlayfs")) {
    error(
      "kernel",
      "there is no /dev/fuse, which fuse-overlayfs needs",
      "modprobe fuse on the node, or set appStorageDrivers to [overlay2]",
    );
  }
  const overlay = settings.appNodes.some((node) => node.storageDriver === "overlay2");
  if (!facts.overlay && overlay) {
    error(
      "kernel",
      "has no overlay file system, which overlay2 needs",
      "modprobe overlay on the node, or set appStorageDrivers to [fuse-overlayfs]",
    );
  }
  if (from.storageType === "zfspool" && overlay && !(facts.zfs && atLeast(facts.zfs, [2, 2]))) {
    warn(
      "storage",
      `is ZFS ${facts.zfs ?? "of an unknown version"}, on which overlay2 works from 2.2 on`,
      "set appStorageDrivers to [fuse-overlayfs], or upgrade",
    );
  }
  if (!facts.ifreload) {
    error(
      "network",
      "ifupdown2 is not there, without which Proxmox makes no bridge before a reboot",
      "apt install ifupdown2 on the node",
    );
  }
  if (!facts.nft) {
    warn(
      "network",
      "nft is not there",
      "up installs nftables on the node; it needs its package sources",
    );
  }
  judgeLimits(facts, warn);
  const drift = facts.clock === undefined ? 0 : Number(facts.clock) - from.now;
  if (Math.abs(drift) > CLOCK_SECONDS) {
    const side = drift > 0 ? "ahead of" : "behind";
    warn("clock", `the node's is ${Math.abs(drift)} s ${side} this machine's`, "set both by NTP");
  }
  judgeAddress(facts, from, error);
  if (findings.some(({ level }) => level === "error")) return findings;
  return [
    ok("SSH", `root of ${settings.ssh.host}, host key as configured`),
    ok("kernel", `${facts.kernel}: overlay, fuse`),
    ...findings,
  ];
}

type Say = (subject: string, found: string, remedy: string) => void;

function judgeLimits({ inotifyInstances, shmMiB }: HostFacts, warn: Say): void {
  if (inotifyInstances !== undefined && Number(inotifyInstances) < INOTIFY_INSTANCES) {
    warn(
      "kernel",
      `fs.inotify.max_user_instances is ${inotifyInstances}; systemd in CTs may fail with "Too many open files"`,
      `sysctl fs.inotify.max_user_instances=1024 on the node`,
    );
  }
  if (shmMiB !== undefined && Number(shmMiB) < SHM_MIB) {
    warn(
      "/dev/shm",
      `has ${shmMiB} MiB; starts of CTs failed with 64`,
      "mount -o remount,size=256m /dev/shm on the node",
    );
  }
}

function judgeAddress(
  { addresses = "", lanAddress }: HostFacts,
  { settings, isNew }: { settings: Settings; isNew: boolean },
  error: Say,
): void {
  const mine = addresses.split(" ").filter(Boolean);
  const own = [
    ["lbLanAddress", settings.loadBalancer.lanAddress],
    ...(isNew ? [["privateGateway", settings.privateNetwork.gateway]] : []),
  ].filter(([, address]) => mine.includes(address ?? ""));
  for (const [key = "", address] of own) {
    error(key, `is the node's own address, got ${address}`, "take a free one");
  }
  if (isNew && lanAddress === "answers" && own.length === 0) {
    error(
      "lbLanAddress",
      `answers already, got ${settings.loadBalancer.lanAddress}`,
      "take an address that nobody has",
    );
  }
}
