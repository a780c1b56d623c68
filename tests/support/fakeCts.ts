import { emptyConfig, type CtConfig } from "../../pve-node/codec/ctConfig";
import { failure, parameterError } from "../../pve-node/errors";
import type { CtBackend } from "../../pve-node/lxc/backend";
import { refuseLocked } from "../../pve-node/lxc/configStore";
import type { CreateRequest } from "../../pve-node/lxc/create";
import { configuredStatus } from "../../pve-node/lxc/ctStatus";
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
  const done = <T>(value: T) => Promise.resolve(value);
  return {
    cts,
    running,
    created,
    vmids: () => done([...cts.keys()]),
    exists: (vmid) => done(cts.has(vmid)),
    read: async (vmid) => done({ config: get(vmid), digest: "d".repeat(40) }),
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
      config.options.lock = "create";
      cts.set(request.vmid, config);
      return done(undefined);
    },
    release: (vmid) => done(void cts.delete(vmid)),
    async create(request, log) {
      log.line("extracting archive");
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
    checkDestroy: async (vmid) => done(void get(vmid)),
    destroy: (vmid) => done(void cts.delete(vmid)),
    async update(vmid, change) {
      checkChange(change);
      applyChange(get(vmid), change, running.has(vmid));
      return done(undefined);
    },
    checkResize: async (vmid) => done(void get(vmid)),
    resize: () => done(undefined),
    removeUnfinished: () => done([]),
  };
}
