import type { AccessControl } from "../access/accessControl";
import { decodeText, encodeText } from "../codec/ctConfig";
import { parseProperties, PropertyError, type PropertySchema } from "../codec/propertyString";
import { needs, type NodeServices, type ParamSchema, type Route } from "../contract";
import { failure, parameterError, PveError } from "../errors";
import { splitList } from "../http/formats";
import { propertyCheck } from "../lxc/options";
import { exclusive, readText, writeAtomic } from "../os/files";
import type { NodePaths } from "../paths";

const keyboards =
  "de,de-ch,da,en-gb,en-us,es,fi,fr,fr-be,fr-ca,fr-ch,hu,is,it,ja,lt,mk,nl,no,pl,pt,pt-br,sv,sl,tr";
const nextId: PropertySchema = {
  lower: { type: "integer", optional: true },
  upper: { type: "integer", optional: true },
};
const text: ParamSchema = { type: "string", optional: true };

/** Options of the datacenter that this node keeps. */
const options: Record<string, ParamSchema> = {
  console: { ...text, enum: ["applet", "vv", "html5", "xtermjs"] },
  description: { ...text, maxLength: 65_536, multiline: true },
  email_from: { ...text, pattern: /^\S+@\S+$/ },
  keyboard: { ...text, enum: keyboards.split(",") },
  language: { ...text, pattern: /^[a-z]{2}(?:_[A-Z]{2})?$/ },
  mac_prefix: {
    ...text,
    check: (value) =>
      /^[0-9a-f][02468ace](?::[0-9a-f]{2}){0,4}:?$/i.test(value)
        ? undefined
        : "invalid format - value is not a valid unicast MAC address prefix",
  },
  "next-id": { ...text, check: propertyCheck(nextId) },
};

/** The prefix of the MAC addresses that CTs get. */
const MAC_PREFIX = "BC:24:11";

/** The datacenter's options by their names. */
export async function datacenterOptions(paths: NodePaths): Promise<Map<string, string>> {
  const lines = ((await readText(paths.datacenterCfg)) ?? "").split("\n");
  const remarks = lines.filter((line) => line.startsWith("#"));
  const found = new Map<string, string>();
  if (remarks.length > 0)
    found.set("description", remarks.map((line) => `${decodeText(line.slice(1))}\n`).join(""));
  for (const line of lines) {
    const [, key, value] = /^([a-z][a-z_-]*):\s*(.*?)\s*$/.exec(line) ?? [];
    if (key !== undefined) found.set(key, value ?? "");
  }
  return found;
}

function formatOptions(found: Map<string, string>): string {
  const { description = "", ...others } = Object.fromEntries(found);
  const remarks = description === "" ? [] : description.replace(/\n$/, "").split("\n");
  const lines = Object.entries(others).sort(([a], [b]) => (a < b ? -1 : 1));
  return [
    ...remarks.map((line) => `#${encodeText(line)}\n`),
    ...lines.map(([key, value]) => `${key}: ${value}\n`),
  ].join("");
}

/** Where new guests get their ids from: the upper end is excluded. */
export async function vmidRange(paths: NodePaths): Promise<[lower: number, upper: number]> {
  const value = (await datacenterOptions(paths)).get("next-id");
  try {
    const { lower = 100, upper = 1_000_000 } = parseProperties(value ?? "", nextId);
    return [Math.max(100, Number(lower)), Number(upper)];
  } catch (error) {
    if (error instanceof PropertyError) return [100, 1_000_000];
    throw error;
  }
}

/** The datacenter's options, its log, and questions about clusters that a node without one answers. */
export function moreClusterRoutes(services: NodeServices, access: AccessControl): Route[] {
  const { node, paths } = services;
  return [
    {
      method: "GET",
      path: "/cluster/options",
      permission: "user",
      async handler(ctx) {
        const tags = [
          ...new Set((await services.guests()).flatMap(({ tags: own }) => splitList(own ?? ""))),
        ];
        if (!ctx.allowed("/", "Sys.Audit")) return { "allowed-tags": [] };
        const found = await datacenterOptions(paths);
        return {
          mac_prefix: MAC_PREFIX,
          description: "",
          ...Object.fromEntries(found),
          "allowed-tags": tags.sort(),
        };
      },
    },
    {
      method: "PUT",
      path: "/cluster/options",
      permission: needs("/", "Sys.Modify"),
      params: {
        ...options,
        delete: { type: "string", format: "pve-configid-list", optional: true },
      },
      async handler({ params }) {
        const prefix = params.mac_prefix;
        if (prefix !== undefined && String(prefix).toUpperCase() !== MAC_PREFIX)
          throw new PveError(501, `another mac_prefix than ${MAC_PREFIX} is not available`);
        await exclusive(paths.datacenterCfg, async () => {
          const found = await datacenterOptions(paths);
          for (const key of splitList(String(params.delete ?? ""))) found.delete(key);
          for (const key of Object.keys(options))
            if (params[key] !== undefined) found.set(key, String(params[key]));
          await writeAtomic(paths.datacenterCfg, formatOptions(found));
        });
        return null;
      },
    },
    {
      method: "GET",
      path: "/cluster/log",
      permission: "user",
      params: { max: { type: "integer", minimum: 1, optional: true } },
      handler(ctx) {
        const all = ctx.allowed("/", "Sys.Syslog");
        const own = access.log.filter(({ user }) => all || user === ctx.identity.user);
        return own
          .slice(-Number(ctx.params.max ?? 50))
          .reverse()
          .map((entry) => ({ ...entry, node, tag: "pvedaemon", id: `${entry.uid}:${node}` }));
      },
    },
    {
      method: "GET",
      path: "/cluster/backup/{id}",
      permission: needs("/", "Sys.Audit"),
      handler({ params }) {
        throw parameterError({ id: `No such job '${String(params.id)}'` });
      },
    },
    {
      method: "GET",
      path: "/cluster/backup-info/not-backed-up",
      permission: "user",
      async handler(ctx) {
        const seen = (await services.guests()).filter(({ vmid }) =>
          ctx.allowed(`/vms/${vmid}`, "VM.Audit"),
        );
        return seen.map(({ vmid, name }) => ({ vmid, name, type: "lxc" }));
      },
    },
    {
      method: "GET",
      path: "/cluster/ha/status/current",
      permission: needs("/", "Sys.Audit"),
      handler: () => [{ id: "quorum", type: "quorum", node, status: "OK", quorate: 1 }],
    },
    {
      method: "GET",
      path: "/cluster/replication/{id}",
      permission: "user",
      handler({ params }) {
        throw failure(`no such replication job '${String(params.id)}'`);
      },
    },
    {
      method: "GET",
      path: "/cluster/config/join",
      permission: needs("/", "Sys.Audit"),
      handler() {
        throw new PveError(424, "node is not in a cluster, no join info available!");
      },
    },
    {
      method: "GET",
      path: "/cluster/config/qdevice",
      permission: needs("/", "Sys.Audit"),
      handler: () => ({}),
    },
    {
      method: "GET",
      path: "/cluster/ceph/status",
      permission: needs("/", "Sys.Audit"),
      handler() {
        throw failure("binary not installed: /usr/bin/ceph-mon");
      },
    },
  ];
}
