import { randomBytes } from "node:crypto";
import { emptyConfig } from "../codec/ctConfig";
import {
  allocationOf,
  parseVolumeOption,
  printVolumeOption,
  volumeType,
} from "../codec/mountPoint";
import { completeNet, hwaddrFrom, parseNet, printNet } from "../codec/net";
import { failure, parameterError } from "../errors";
import type { CreateRequest, DiskRequest } from "./create";
import { optionTexts, storedDescription } from "./options";

type Value = string | number | boolean;

const gibibyte = 1024 ** 3;

/** A new MAC address under Proxmox's prefix. */
export const newHwaddr = () => hwaddrFrom(randomBytes(3));

/** Size of a CT's disk when nothing is said about it. */
const defaultRootGib = 4;

/**
 * What a creation asks for, from verified parameters: options as they will be stored, and disks.
 *
 * @throws PveError with Proxmox's text.
 */
export function planCreate(params: Record<string, Value>): CreateRequest {
  const vmid = Number(params.vmid);
  const storage = String(params.storage ?? "local");
  const options = optionTexts(params);
  options.unprivileged ??= "1"; // Proxmox 9 creates unprivileged CTs unless told otherwise
  options.hostname ??= `CT${vmid}`;
  options.memory ??= "512";
  options.swap ??= "512";
  for (const key of Object.keys(options)) {
    if (/^net\d+$/.test(key)) options[key] = storedNet(options[key]!);
    // A new CT has no disk to be unused: Proxmox takes the option and leaves it out.
    if (/^unused\d+$/.test(key)) delete options[key];
  }
  delete options.template; // it becomes one when its disks are filled
  const disks = planDisks(options, storage);
  for (const { key } of disks) delete options[key];
  const config = emptyConfig();
  config.options = options;
  if (typeof params.description === "string" && params.description !== "")
    config.description = storedDescription(params.description);
  return {
    vmid,
    config,
    template: String(params.ostemplate),
    disks,
    secrets: {
      ...(params.password !== undefined && { password: String(params.password) }),
      ...(params["ssh-public-keys"] !== undefined && {
        sshPublicKeys: String(params["ssh-public-keys"]),
      }),
    },
  };
}

/** `netN` as it is stored. */
export const storedNet = (value: string) => printNet(completeNet(parseNet(value), newHwaddr));

function planDisks(options: Record<string, string>, storage: string): DiskRequest[] {
  const keys = Object.keys(options).filter((key) => key === "rootfs" || /^mp\d+$/.test(key));
  const rootfs = options.rootfs;
  if (rootfs === undefined) {
    if (keys.length > 0) throw failure("mount points configured, but 'rootfs' not set - aborting");
    return [{ key: "rootfs", storage, bytes: defaultRootGib * gibibyte, mount: {} }];
  }
  return keys.sort().flatMap((key) => {
    const { volume, ...mount } = parseVolumeOption(key, options[key]!);
    delete mount.size; // the disk's own size will be written
    if (volumeType(volume) !== "volume") {
      if (key === "rootfs") throw parameterError({ rootfs: "a CT's root must be a volume" });
      options[key] = printVolumeOption(key, { volume, ...mount }); // spelt one way, however it was given
      return [];
    }
    return [{ key, ...allocation(key, volume, storage), mount }];
  });
}

/** A new disk's place and size. @throws when an existing volume or nothing at all is asked for. */
export function allocation(key: string, volume: string, storage: string) {
  const wanted = allocationOf(volume, storage);
  if (!wanted)
    throw parameterError({ [key]: `existing volume '${volume}' can't be used; ask for a size` });
  if (wanted.gib <= 0)
    throw parameterError({ [key]: "a disk without a size is not available on this node" });
  return { storage: wanted.storage, bytes: Math.round(wanted.gib * gibibyte) };
}

const keyTypes = /^(?:ssh-(?:rsa|dss|ed25519)|ecdsa-sha2-nistp\d+|sk-\S+@openssh\.com)$/;

/** @throws with Proxmox's text unless every line is a public key. */
export function checkSshKeys(text: string): void {
  for (const line of text.split("\n")) {
    if (/^\s*(?:#|$)/.test(line)) continue;
    const words = line.trim().split(/\s+/);
    const at = words.findIndex((word) => keyTypes.test(word));
    if (at < 0 || !/^[A-Za-z0-9+/]+=*$/.test(words[at + 1] ?? ""))
      throw failure("SSH public key validation error");
  }
}
