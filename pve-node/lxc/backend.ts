import type { TaskLog } from "../contract";
import { requireAvailable } from "../storage/configured";
import { backedUpConfig, backupCt, type BackupRequest } from "./backup";
import { cloneCt, type CloneRequest } from "./clone";
import { endKilledBackups } from "./backupNote";
import { changeCt, ctExists, listVmids, readCt, type StoredCt } from "./configStore";
import { createCt, releaseCt, removeUnfinished, reserveCt, type CreateRequest } from "./create";
import { checkDestroy, destroyCt } from "./destroy";
import type { LxcHost } from "./lxcHost";
import { ctInterfaces, type CtInterface } from "./interfaces";
import { isRunning } from "./processes";
import { moveVolume, type MoveRequest } from "./moveVolume";
import { storedDescription } from "./options";
import { makeTemplate } from "./template";
import { planResize, resizeCt, type ResizeRequest } from "./resize";
import { startCt } from "./start";
import { ctStatus, listCts, type CtStatus } from "./ctStatus";
import { rebootCt, shutdownCt, stopCt, type ShutdownOptions } from "./stop";
import { requireRootdirStorage } from "./storages";
import { updateCt, type ConfigChange } from "./update";

/** What the API's routes need of the driver; tests give them another one. */
export interface CtBackend {
  vmids(): Promise<number[]>;
  exists(vmid: number): Promise<boolean>;
  /** @throws PveError 500 `Configuration file '…' does not exist` */
  read(vmid: number): Promise<StoredCt>;
  isRunning(vmid: number): Promise<boolean>;
  status(vmid: number): Promise<CtStatus>;
  list(): Promise<CtStatus[]>;
  interfaces(vmid: number): Promise<CtInterface[] | undefined>;
  /** @throws PveError when the node has no such storage. */
  checkStorage(id: string, holdsDisks: boolean): Promise<void>;
  reserve(request: CreateRequest): Promise<void>;
  /** Gives the id of a reservation back whose task could not begin. */
  release(vmid: number): Promise<void>;
  create(request: CreateRequest, log: TaskLog): Promise<void>;
  start(vmid: number, log: TaskLog): Promise<void>;
  stop(vmid: number): Promise<void>;
  shutdown(vmid: number, options: ShutdownOptions, signal?: AbortSignal): Promise<void>;
  reboot(vmid: number, timeoutSeconds: number | undefined, log: TaskLog): Promise<void>;
  checkDestroy(vmid: number, force: boolean): Promise<void>;
  destroy(vmid: number, force: boolean, log: TaskLog): Promise<void>;
  update(vmid: number, change: ConfigChange): Promise<void>;
  /** @throws PveError when the resize is not possible. */
  checkResize(vmid: number, request: ResizeRequest): Promise<void>;
  resize(vmid: number, request: ResizeRequest, log: TaskLog): Promise<void>;
  /** @throws PveError when a CT cannot be cloned now. */
  clone(vmid: number, request: CloneRequest, log: TaskLog): Promise<void>;
  makeTemplate(vmid: number): Promise<void>;
  moveVolume(vmid: number, request: MoveRequest, log: TaskLog): Promise<void>;
  /** Writes a CT's backup. */
  backup(vmid: number, request: BackupRequest, log: TaskLog): Promise<void>;
  /** The configuration in a backup. @throws when there is none */
  backedUp(volid: string): Promise<string>;
  /** Forgets a snapshot that the configuration lists. */
  forgetSnapshot(vmid: number, name: string): Promise<void>;
  describeSnapshot(vmid: number, name: string, description: string): Promise<void>;
  /** Removes what killed creations and removals left; for the start of the API. */
  removeUnfinished(): Promise<number[]>;
  /** Undoes what killed backups left; for the start of the API. */
  endKilledBackups(): Promise<number[]>;
}

/** The real one: LXC on this node. */
export function lxcBackend(host: LxcHost): CtBackend {
  return {
    vmids: () => listVmids(host),
    exists: (vmid) => ctExists(host, vmid),
    read: (vmid) => readCt(host, vmid),
    isRunning: (vmid) => isRunning(host, vmid),
    status: (vmid) => ctStatus(host, vmid),
    list: () => listCts(host),
    interfaces: (vmid) => ctInterfaces(vmid),
    async checkStorage(id, holdsDisks) {
      await (holdsDisks ? requireRootdirStorage(host, id) : requireAvailable(host, id));
    },
    reserve: (request) => reserveCt(host, request),
    release: (vmid) => releaseCt(host, vmid),
    create: (request, log) => createCt(host, request, log),
    start: (vmid, log) => startCt(host, vmid, log),
    stop: (vmid) => stopCt(host, vmid),
    shutdown: (vmid, options, signal) => shutdownCt(host, vmid, options, signal),
    reboot: (vmid, timeoutSeconds, log) => rebootCt(host, vmid, timeoutSeconds, log),
    checkDestroy: (vmid, force) => checkDestroy(host, vmid, force),
    destroy: (vmid, force, log) => destroyCt(host, vmid, force, log),
    update: (vmid, change) => updateCt(host, vmid, change),
    async checkResize(vmid, request) {
      await planResize(host, vmid, request);
    },
    resize: (vmid, request, log) => resizeCt(host, vmid, request, log),
    clone: (vmid, request, log) => cloneCt(host, vmid, request, log),
    makeTemplate: (vmid) => makeTemplate(host, vmid),
    moveVolume: (vmid, request, log) => moveVolume(host, vmid, request, log),
    backup: (vmid, request, log) => backupCt(host, vmid, request, log),
    backedUp: (volid) => backedUpConfig(host, volid),
    forgetSnapshot: (vmid, name) =>
      changeCt(host, vmid, (config) => void delete config.snapshots[name]),
    describeSnapshot: (vmid, name, description) =>
      changeCt(host, vmid, (config) => {
        const snapshot = config.snapshots[name];
        if (snapshot) snapshot.description = storedDescription(description);
      }),
    removeUnfinished: () => removeUnfinished(host),
    endKilledBackups: () => endKilledBackups(host),
  };
}
