import { readdirSync } from "node:fs";
import * as fs from "node:fs/promises";
import {
  formatInterfaces,
  interfaceNames,
  parseInterfaces,
  readInterface,
  removeInterface,
  writeInterface,
  type InterfacesFile,
  type InterfaceSettings,
} from "../codec/interfaces";
import { exclusive, readText, writeAtomic } from "../os/files";
import { failure, parameterError } from "../errors";
import {
  needs,
  type NodeServices,
  type RequestContext,
  type Route,
  type TaskLog,
} from "../contract";
import { execute } from "../os/command";
import { applyParams, interfaceParams, optionsForApi, TYPES } from "./interfaceParams";

const iface = { type: "string", format: "pve-iface", minLength: 2, maxLength: 20 } as const;
/** Names of network cards; other live devices (veth…) are no configuration of the node. */
const PHYSICAL = /^(eth\d+|en[osxp]\w+|wl\w+)$/;

/** The node's network: changes wait in interfaces.new until they are reloaded. */
export function networkRoutes(services: NodeServices, reload = ["ifreload", "-a"]): Route[] {
  const { node, paths } = services;
  const path = "/nodes/{node}/network";
  const one = `${path}/{iface}`;

  async function load(): Promise<{ file: InterfacesFile; pending: boolean }> {
    const pending = await readText(paths.interfacesNew);
    const text = pending ?? (await readText(paths.interfaces)) ?? "";
    return { file: parseInterfaces(text), pending: pending !== undefined };
  }

  const change = (edit: (file: InterfacesFile) => void) =>
    exclusive(paths.interfaces, async () => {
      const { file } = await load();
      edit(file);
      await writeAtomic(paths.interfacesNew, formatInterfaces(file), 0o644);
    });

  return [
    {
      method: "GET",
      path,
      permission: "user",
      params: {
        type: {
          type: "string",
          enum: [...TYPES, "any_bridge", "any_local_bridge"],
          optional: true,
        },
      },
      async handler(ctx) {
        const { file, pending } = await load();
        const wanted = String(ctx.params.type ?? "").replace(/^any_(local_)?/, "");
        if (pending) ctx.envelope({ changes: await pendingDiff(services) });
        return all(file).filter(
          (entry) => (wanted === "" || entry.type === wanted) && visible(ctx, node, entry),
        );
      },
    },
    {
      method: "POST",
      path,
      permission: needs("/nodes/{node}", "Sys.Modify"),
      params: { iface, ...interfaceParams },
      async handler(ctx) {
        const name = String(ctx.params.iface);
        await change((file) => {
          if (readInterface(file, name)) {
            throw parameterError({ iface: "interface already exists" });
          }
          const settings = empty(name);
          applyParams(settings, ctx);
          refuseMissing(file, settings, ctx);
          refuseConflicts(file, settings);
          writeInterface(file, settings);
        });
        return null;
      },
    },
    {
      method: "PUT",
      path,
      permission: needs("/nodes/{node}", "Sys.Modify"),
      params: { "regenerate-frr": { type: "boolean", optional: true } },
      handler(ctx) {
        return services.tasks.start("srvreload", "networking", ctx.identity, (log) =>
          activate(services, reload, log),
        );
      },
    },
    {
      method: "DELETE",
      path,
      permission: needs("/nodes/{node}", "Sys.Modify"),
      async handler() {
        await fs.rm(paths.interfacesNew, { force: true });
        return null;
      },
    },
    {
      method: "GET",
      path: one,
      permission: needs("/nodes/{node}", "Sys.Audit"),
      params: { iface },
      async handler(ctx) {
        const { file } = await load();
        const found = all(file).find((entry) => entry.iface === ctx.params.iface);
        if (!found) throw parameterError({ iface: "interface does not exist" });
        return found;
      },
    },
    {
      method: "PUT",
      path: one,
      permission: needs("/nodes/{node}", "Sys.Modify"),
      params: {
        iface,
        ...interfaceParams,
        delete: { type: "string", format: "string-list", optional: true },
      },
      async handler(ctx) {
        const name = String(ctx.params.iface);
        await change((file) => {
          const known = readInterface(file, name) ?? (isLive(name) ? empty(name) : undefined);
          if (!known) throw parameterError({ iface: "interface does not exist" });
          applyParams(known, ctx);
          refuseMissing(file, known, ctx);
          refuseConflicts(file, known);
          writeInterface(file, known);
        });
        return null;
      },
    },
    {
      method: "DELETE",
      path: one,
      permission: needs("/nodes/{node}", "Sys.Modify"),
      params: { iface },
      async handler(ctx) {
        const name = String(ctx.params.iface);
        await change((file) => {
          if (!readInterface(file, name)) {
            throw parameterError({ iface: "interface does not exist" });
          }
          removeInterface(file, name);
        });
        return null;
      },
    },
  ];
}

function empty(name: string): InterfaceSettings {
  return { name, autostart: false, method: "manual", method6: "manual", options: [] };
}

const isLive = (name: string) => PHYSICAL.test(name) && liveNames().includes(name);

/** Devices of the node, with or without an address. */
function liveNames(): string[] {
  try {
    return readdirSync("/sys/class/net");
  } catch {
    return []; // no Linux: unit tests elsewhere
  }
}

function all(file: InterfacesFile) {
  const configured = interfaceNames(file).filter((name) => name !== "lo");
  const others = liveNames().filter((name) => PHYSICAL.test(name) && !configured.includes(name));
  return [...configured, ...others].map((name, i) =>
    describe(readInterface(file, name) ?? empty(name), i + 3),
  );
}

/** An interface as the API gives it; numbers in texts where clients expect texts. */
function describe(settings: InterfaceSettings, priority: number) {
  const { name, autostart, method, method6, cidr, gateway, cidr6, gateway6, comments } = settings;
  const live = liveNames().includes(name);
  const families = [
    ...(method !== "manual" || method6 === "manual" ? ["inet"] : []),
    ...(method6 !== "manual" ? ["inet6"] : []),
  ];
  return {
    iface: name,
    type: interfaceType(settings),
    priority,
    method,
    method6,
    families,
    ...(autostart ? { autostart: 1 } : {}),
    ...(live ? { active: 1 } : {}),
    ...(cidr ? { cidr, address: part(cidr, 0), netmask: part(cidr, 1) } : {}),
    ...(gateway ? { gateway } : {}),
    ...(cidr6 ? { cidr6, address6: part(cidr6, 0), netmask6: part(cidr6, 1) } : {}),
    ...(gateway6 ? { gateway6 } : {}),
    ...optionsForApi(settings),
    ...(comments ? { comments } : {}),
  };
}

const part = (cidr: string, index: 0 | 1) => cidr.split("/")[index] ?? "";

function interfaceType({ name, options }: InterfaceSettings): string {
  const has = (option: string) => options.some(([key]) => key === option);
  if (has("bridge-ports") || /^vmbr\d+$/.test(name)) return "bridge";
  if (has("bond-slaves") || /^bond\d+$/.test(name)) return "bond";
  if (has("vlan-raw-device") || /\.\d+$|^vlan\d+$/.test(name)) return "vlan";
  if (name.includes(":")) return "alias";
  return PHYSICAL.test(name) ? "eth" : "unknown";
}

/** Anybody who may use or see a bridge, or the node, gets to know of it. */
function visible(ctx: RequestContext, node: string, entry: { iface: string; type: string }) {
  if (entry.type !== "bridge" || ctx.allowed(`/nodes/${node}`, "Sys.Audit")) return true;
  const zone = `/sdn/zones/localnetwork/${entry.iface}`;
  return ctx.allowed(zone, "SDN.Audit") || ctx.allowed(zone, "SDN.Use");
}

/** What an interface needs and the node does not have. @throws PveError 500 with Proxmox's text */
function refuseMissing(file: InterfacesFile, settings: InterfaceSettings, ctx: RequestContext) {
  if (String(ctx.params.type).startsWith("OVS"))
    throw failure("Open VSwitch is not installed (need package 'openvswitch-switch')");
  const known = [...interfaceNames(file), ...liveNames()];
  const [kind, what] = portsOf(settings).length > 0 ? portKind(settings) : ["", ""];
  for (const port of portsOf(settings))
    if (!known.includes(port.replace(/\.\d+$/, "")))
      throw failure(`${kind} '${settings.name}' - unable to find ${what} '${port}'`);
}

const portKind = ({ options }: InterfaceSettings): [kind: string, what: string] =>
  options.some(([option]) => option === "bond-slaves")
    ? ["bond", "slave"]
    : ["bridge", "bridge port"];

function refuseConflicts(file: InterfacesFile, settings: InterfaceSettings): void {
  const ports = portsOf(settings);
  for (const name of interfaceNames(file)) {
    const other = name === settings.name ? undefined : readInterface(file, name);
    if (!other) continue;
    for (const key of ["gateway", "gateway6"] as const) {
      if (settings[key] !== undefined && other[key] !== undefined) {
        const text = `Default gateway already exists on interface '${name}'.`;
        throw parameterError({ [key]: text });
      }
    }
    const taken = portsOf(other).find((port) => ports.includes(port));
    if (taken) {
      const key = settings.options.some(([option]) => option === "bond-slaves")
        ? "slaves"
        : "bridge_ports";
      throw parameterError({ [key]: `${taken} is already used on interface '${name}'.` });
    }
  }
}

function portsOf({ options }: InterfaceSettings): string[] {
  const lists = options.filter(([key]) => key === "bridge-ports" || key === "bond-slaves");
  return lists.flatMap(([, value]) => value.split(/\s+/)).filter((p) => p !== "" && p !== "none");
}

async function pendingDiff({ paths }: NodeServices): Promise<string> {
  const { stdout } = await execute("diff", ["-u", paths.interfaces, paths.interfacesNew]);
  return stdout;
}

/** Takes the pending file into use and has the tool apply the difference. */
async function activate(services: NodeServices, reload: string[], log: TaskLog): Promise<void> {
  const { interfaces, interfacesNew } = services.paths;
  await exclusive(interfaces, async () => {
    const pending = await readText(interfacesNew);
    if (pending !== undefined) {
      await writeAtomic(interfaces, pending, 0o644);
      await fs.rm(interfacesNew, { force: true });
    }
    const [program = "", ...args] = reload;
    const { code, stdout, stderr } = await execute(program, args);
    for (const line of `${stdout}${stderr}`.split("\n")) if (line !== "") log.line(line);
    if (code !== 0) throw new Error(`command '${reload.join(" ")}' failed: exit code ${code}`);
  });
}
