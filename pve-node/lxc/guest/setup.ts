import { chmod, rm, writeFile } from "node:fs/promises";
import type { NetConfig } from "../../codec/net";
import { run } from "../../os/command";
import {
  hostsFile,
  interfacesFile,
  networkdFile,
  nodeResolver,
  resolvFile,
  shadowFile,
} from "./files";
import { knownOsTypes, systemdVersion } from "./detect";
import type { GuestRoot } from "./guestRoot";

type Options = Record<string, string>;

/** Whether the node writes into a CT of this type. @throws when it would not know what to write. */
export function hasGuestSetup(options: Options): boolean {
  const { ostype } = options;
  if (ostype === undefined || ostype === "unmanaged") return false;
  if (knownOsTypes.includes(ostype)) return true;
  throw new Error(
    `unsupported ostype '${ostype}'; this node sets up ${knownOsTypes.join(", ")} or unmanaged`,
  );
}

const hostnameOf = (options: Options, vmid: number) => options.hostname ?? `CT${vmid}`;

/** Writes network, names and resolver into a CT, at every start. */
export async function setUpForStart(
  guest: GuestRoot,
  vmid: number,
  options: Options,
  nets: NetConfig[],
  nodeResolvConf: string,
): Promise<void> {
  const hostname = hostnameOf(options, vmid);
  await guest.write("/etc/hostname", `${hostname.split(".")[0]}\n`);
  const hosts = await guest.read("/etc/hosts");
  await guest.write("/etc/hosts", hostsFile(hosts, hostname, options.searchdomain, nets));
  await writeResolver(guest, options, nodeResolvConf);
  await writeNetwork(guest, nets);
}

async function writeResolver(guest: GuestRoot, options: Options, nodeResolvConf: string) {
  const node = nodeResolver(nodeResolvConf);
  const nameservers = options.nameserver?.split(/[\s,]+/).filter(Boolean) ?? node.nameservers;
  const path = "/etc/resolv.conf";
  if (await guest.ignored(path)) return;
  // A link into /run leads nowhere before the CT runs, and to a resolver that is not told of these.
  if ((await guest.linkTarget(path))?.includes("run/")) await guest.remove(path);
  const old = await guest.read(path);
  await guest.write(path, resolvFile(old, nameservers, options.searchdomain ?? node.searchdomain));
}

/**
 * Debian's lists of updates are valid for a week. Without a network there are no newer ones, and apt would
 * take none at all: only then it is told to take those that the package cache has.
 */
export async function setUpPackages(guest: GuestRoot, offline: boolean): Promise<void> {
  const file = "/etc/apt/apt.conf.d/79offline";
  if (offline && (await guest.exists("/etc/apt")))
    await guest.write(file, 'Acquire::Check-Valid-Until "false";\n');
  else if (await guest.exists(file)) await guest.remove(file);
}

async function writeNetwork(guest: GuestRoot, nets: NetConfig[]): Promise<void> {
  const ifupdown =
    (await guest.exists("/sbin/ifup")) || (await guest.exists("/etc/network/interfaces"));
  if (ifupdown) {
    const path = "/etc/network/interfaces";
    await guest.write(path, interfacesFile(await guest.read(path), nets));
    return;
  }
  for (const net of nets)
    await guest.write(`/etc/systemd/network/${net.name}.network`, networkdFile(net));
}

/** Secrets and keys of a CT that is made. */
export interface CreationSecrets {
  password?: string;
  sshPublicKeys?: string;
}

export interface SetupLog {
  line(text: string): void;
  warn(text: string): void;
}

/** Lets the CT's systemd make itself another id at its next start. */
export async function forgetIdentity(guest: GuestRoot): Promise<void> {
  if (!(await guest.exists("/etc/machine-id"))) return;
  await guest.write("/etc/machine-id", "");
  await guest.remove("/var/lib/dbus/machine-id");
}

/** Gives a CT an identity of its own: CTs made from one template would share keys and ids. */
export async function setUpForCreation(
  guest: GuestRoot,
  vmid: number,
  options: Options,
  secrets: CreationSecrets,
  log: SetupLog,
): Promise<void> {
  await forgetIdentity(guest);
  if (secrets.password !== undefined) await setRootPassword(guest, secrets.password);
  if (secrets.sshPublicKeys !== undefined) {
    const keys = `${secrets.sshPublicKeys.trim()}\n`;
    await guest.write("/root/.ssh/authorized_keys", keys, 0o600);
  }
  if (await guest.exists("/etc/ssh")) await makeHostKeys(guest, hostnameOf(options, vmid), log);
  const systemd = await systemdVersion(guest);
  const nesting = /(?:^|,)nesting=1(?:,|$)/.test(options.features ?? "");
  if (systemd !== undefined && systemd > 241 && !nesting)
    log.warn(`Systemd ${systemd} detected. You may need to enable nesting.`);
}

export async function setRootPassword(guest: GuestRoot, password: string): Promise<void> {
  const hash = (
    await run("openssl", ["passwd", "-6", "-stdin"], { input: `${password}\n` })
  ).trim();
  const shadow = await guest.read("/etc/shadow");
  if (shadow === undefined) throw new Error("unable to set the root password: no /etc/shadow");
  const today = Math.floor(Date.now() / 86_400_000);
  const real = await guest.resolve("/etc/shadow");
  await writeFile(real, shadowFile(shadow, hash, today)); // keeps owner and mode
}

async function makeHostKeys(guest: GuestRoot, hostname: string, log: SetupLog): Promise<void> {
  for (const type of ["rsa", "ecdsa", "ed25519"]) {
    const name = `ssh_host_${type}_key`;
    log.line(`Creating SSH host key '${name}' - this may take some time ...`);
    const real = await guest.place(`/etc/ssh/${name}`);
    for (const file of [real, `${real}.pub`]) await rm(file, { force: true });
    await run("ssh-keygen", ["-q", "-t", type, "-N", "", "-C", `root@${hostname}`, "-f", real]);
    for (const file of [real, `${real}.pub`]) await guest.own(file);
    await chmod(`${real}.pub`, 0o644);
  }
}
