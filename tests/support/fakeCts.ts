import { mkdir, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { volumesOf } from "../../pve-node/lxc/volumes";
import { emptyConfig, printCtConfig, type CtConfig } from "../../pve-node/codec/ctConfig";
import {
  allocationOf,
  parseVolumeOption,
  printVolumeOption,
  type MountPoint,
} from "../../pve-node/codec/mountPoint";
import { parseNet } from "../../pve-node/codec/net";
import { formatSize, parseSize } from "../../pve-node/codec/size";
import { failure, parameterError } from "../../pve-node/errors";
import type { CtBackend } from "../../pve-node/lxc/backend";
import { refuseLocked } from "../../pve-node/lxc/configStore";
import type { CreateRequest } from "../../pve-node/lxc/create";
import { configuredStatus } from "../../pve-node/lxc/ctStatus";
import { digestOf } from "../../pve-node/os/files";
import { refuseProtected } from "../../pve-node/lxc/destroy";
import { resizedBytes, resizedMount } from "../../pve-node/lxc/resize";
import { checkTemplate } from "../../pve-node/lxc/template";
import { applyChange, checkChange } from "../../pve-node/lxc/update";

export interface FakeCts extends CtBackend {
  cts: Map<number, CtConfig>;
  running: Set<number>;
  created: CreateRequest[];
}

/** CTs that exist in memory only; power and disks are pretended, configurations are real. */
export function fakeCts(): FakeCts {
  const cts = new Map<number, CtConfig>();
  const running = new Set<number>();
  const created: CreateRequest[] = [];
  const get = (vmid: number) => {
    const config = cts.get(vmid);
    if (!config) throw failure(`Configuration file 'nodes/pve1/lxc/${vmid}.conf' does not exist`);
    return config;
  };
  const status = (vmid: number) => ({
    ...configuredStatus(vmid, get(vmid)),
    status: running.has(vmid) ? ("running" as const) : ("stopped" as const),
  });
  const stored = (vmid: number) => {
    const config = get(vmid);
    return { config, digest: digestOf(printCtConfig(config)) };
  };
  /** Bytes of a disk by what its option says. */
  const sizeOf = (mount: MountPoint) => parseSize(mount.size ?? "0") ?? 0;
  const done = <T>(value: T) => Promise.resolve(value);
  const fake: FakeCts = {
    cts,
    running,
    created,
    vmids: () => done([...cts.keys()]),
    exists: (vmid) => done(cts.has(vmid)),
    read: async (vmid) => done(stored(vmid)),
    isRunning: (vmid) => done(running.has(vmid)),
    status: async (vmid) => done(status(vmid)),
    list: () => done([...cts.keys()].map(status)),
    interfaces: (vmid) => done(running.has(vmid) ? [] : undefined),
    async checkStorage(id, holdsDisks) {
      if (id !== "local" && id !== "iso") throw failure(`storage '${id}' does not exist`);
      if (holdsDisks && id === "iso")
        throw parameterError({ storage: "storage 'iso' does not support container directories" });
      return done(undefined);
    },
    async reserve(request) {
      const config = { ...emptyConfig(), ...structuredClone(request.config) };
      for (const { key, storage, bytes, mount } of request.disks) {
        const volume = `${storage}:${request.vmid}/vm-${request.vmid}-disk-0.raw`;
        config.options[key] = printVolumeOption(key, { ...mount, volume, size: formatSize(bytes) });
      }
      config.options.lock = "create";
      cts.set(request.vmid, config);
      return done(undefined);
    },
    release: (vmid) => done(void cts.delete(vmid)),
    async create(request, log) {
      log.line("extracting archive");
      if (request.template.endsWith("/none.tar.zst"))
        throw new Error(
          `unable to create CT ${request.vmid} - volume '${request.template}' does not exist`,
        );
      created.push(request);
      delete get(request.vmid).options.lock;
      return done(undefined);
    },
    async start(vmid) {
      refuseLocked(get(vmid));
      return done(void running.add(vmid));
    },
    stop: (vmid) => done(void running.delete(vmid)),
    shutdown: (vmid) => done(void running.delete(vmid)),
    reboot: () => done(undefined),
    checkDestroy: async (vmid, force) => {
      refuseProtected(vmid, get(vmid));
      if (running.has(vmid) && !force)
        throw failure(`unable to destroy CT ${vmid} - container is running`);
      return done(undefined);
    },
    destroy: (vmid) => done(void cts.delete(vmid)),
    async update(vmid, change) {
      checkChange(change);
      const { digest } = stored(vmid);
      if (change.digest !== undefined && change.digest !== digest)
        throw failure("detected modified configuration - file changed by other user? Try again.");
      refuseLocked(get(vmid));
      for (const [key, value] of Object.entries(change.set)) {
        const bridge = /^net\d+$/.test(key) ? parseNet(value).bridge : undefined;
        if (running.has(vmid) && bridge !== undefined && !/^vmbr\d+$/.test(bridge))
          throw parameterError({
            [key]: `unable to hotplug ${key}: bridge '${bridge}' does not exist\n`,
          });
        if (!/^mp\d+$/.test(key)) continue;
        const wanted = allocationOf(parseVolumeOption(key, value).volume, "local");
        if (wanted) await fake.checkStorage(wanted.storage, true);
      }
      applyChange(get(vmid), change, running.has(vmid));
      return done(undefined);
    },
    checkResize: async (vmid, request) =>
      done(void resizedBytes(sizeOf(resizedMount(stored(vmid), request)), request)),
    resize: () => done(undefined),
    async clone(vmid, request, log) {
      const { options } = get(request.newid);
      for (const { key, mount } of volumesOf(get(vmid).options)) {
        log.line(`create full clone of mountpoint ${key} (${mount.volume})`);
        const volume = `local:${request.newid}/vm-${request.newid}-disk-0.raw`;
        options[key] = printVolumeOption(key, { ...mount, volume });
      }
      delete options.lock;
      return done(undefined);
    },
    async makeTemplate(vmid) {
      checkTemplate(get(vmid), running.has(vmid));
      get(vmid).options.template = "1";
      return done(undefined);
    },
    moveVolume: async (_vmid, { storage }) => fake.checkStorage(storage, true),
    backup: async (_vmid, { archive }) => {
      await mkdir(dirname(archive), { recursive: true });
      await writeFile(archive, "a backup");
    },
    backedUp: async (volid) =>
      volid.includes("2020_01_02")
        ? Promise.reject(new Error(`volume '${volid}' does not exist`))
        : done(printCtConfig(get(7010))),
    forgetSnapshot: async (vmid, name) => done(void delete get(vmid).snapshots[name]),
    describeSnapshot: async (vmid, name, description) =>
      done(void (get(vmid).snapshots[name]!.description = description)),
    removeUnfinished: () => done([]),
    endKilledBackups: () => done([]),
  };
  return fake;
}
