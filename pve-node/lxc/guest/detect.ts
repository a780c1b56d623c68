import { open, readdir } from "node:fs/promises";
import type { GuestRoot } from "./guestRoot";

/** ELF machine numbers of the architectures that Proxmox names. */
const machines: Record<number, string> = { 3: "i386", 40: "armhf", 62: "amd64", 183: "arm64" };

/**
 * Operating system types whose guest setup the node knows: their network is set by ifupdown's
 * `/etc/network/interfaces` or by systemd-networkd.
 */
export const knownOsTypes = ["debian", "devuan", "ubuntu", "alpine", "archlinux", "fedora"];

/** `ID` of os-release(5) where Proxmox has another name for the distribution. */
const otherNames: Record<string, string> = { arch: "archlinux" };

/** Files that tell a distribution whose os-release is missing. */
const releaseFiles: [path: string, ostype: string][] = [
  ["/etc/alpine-release", "alpine"],
  ["/etc/arch-release", "archlinux"],
  ["/etc/fedora-release", "fedora"],
  ["/etc/devuan_version", "devuan"],
  ["/etc/debian_version", "debian"],
];

/** Architecture of a CT's shell; undefined when there is no program to look at. */
export async function detectArch(guest: GuestRoot): Promise<string | undefined> {
  for (const program of ["/bin/sh", "/sbin/init"]) {
    const file = await open(await guest.resolve(program)).catch(() => undefined);
    if (!file) continue;
    try {
      const head = Buffer.alloc(20);
      await file.read(head, 0, 20, 0);
      if (head.subarray(0, 4).toString("latin1") === "\x7fELF")
        return machines[head.readUInt16LE(18)];
    } finally {
      await file.close();
    }
  }
  return undefined;
}

/** Proxmox's name of the distribution in a CT. */
export async function detectOsType(guest: GuestRoot): Promise<string | undefined> {
  const release = (await guest.read("/etc/os-release")) ?? "";
  const id = /^ID=["']?([a-z0-9._-]+)["']?\s*$/m.exec(release)?.[1];
  const named = id && (otherNames[id] ?? id);
  if (named && knownOsTypes.includes(named)) return named;
  for (const [path, ostype] of releaseFiles) if (await guest.exists(path)) return ostype;
  return undefined;
}

/** Version of the CT's systemd; undefined when it has another init. */
export async function systemdVersion(guest: GuestRoot): Promise<number | undefined> {
  for (const folder of ["/usr/lib/systemd", "/lib/systemd", "/usr/lib/x86_64-linux-gnu/systemd"]) {
    const real = await guest.resolve(folder);
    const names = await readdir(real).catch(() => [] as string[]);
    for (const name of names) {
      const version = /^libsystemd-shared-(\d+)/.exec(name)?.[1];
      if (version) return Number(version);
    }
  }
  return undefined;
}
