import * as fs from "node:fs/promises";
import { existsSync } from "node:fs";
import { decodeText, encodeText } from "../codec/ctConfig";
import { needs, type NodeServices, type ParamSchema, type Route } from "../contract";
import { failure, parameterError, PveError } from "../errors";
import { splitList } from "../http/formats";
import { digestOf, exclusive, readText, writeAtomic } from "../os/files";

const read = needs("/nodes/{node}", "Sys.Audit");
const modify = needs("/nodes/{node}", "Sys.Modify");
const address: ParamSchema = { type: "string", format: "ip", optional: true };
const digest: ParamSchema = { type: "string", maxLength: 64, optional: true };

/** Services that a real node knows by name. */
const SERVICES =
  "chrony,corosync,cron,ksmtuned,postfix,pve-cluster,pve-firewall,pve-ha-crm,pve-ha-lrm,pvedaemon,pvefw-logger," +
  "pveproxy,pvescheduler,pvestatd,spiceproxy,sshd,syslog,systemd-journald,systemd-timesyncd";
/** Those that this node's API and its SSH server stand for. */
const RUNNING = ["pve-cluster", "pvedaemon", "pveproxy", "pvestatd", "sshd"];

const timeframe: ParamSchema = {
  type: "string",
  enum: ["hour", "day", "week", "month", "year", "decade"],
};
const average: ParamSchema = { type: "string", enum: ["AVERAGE", "MAX"], optional: true };

function service(name: string) {
  const running = RUNNING.includes(name);
  return {
    ...{ service: name, name, desc: `service ${name}`, state: running ? "running" : "dead" },
    "active-state": running ? "active" : "inactive",
    "unit-state": running ? "enabled" : "not-found",
  };
}

/** Names, time and configuration of the node, and what of its hardware and services clients ask for. */
export function moreNodeRoutes({ node, paths }: NodeServices): Route[] {
  const hosts = paths.at("/etc/hosts");
  const config = paths.at(`/etc/pve/nodes/${node}/config`);
  return [
    {
      method: "PUT",
      path: "/nodes/{node}/dns",
      permission: modify,
      params: { search: { type: "string" }, dns1: address, dns2: address, dns3: address },
      async handler({ params }) {
        const given = [1, 2, 3].map((n) => params[`dns${n}`]);
        await exclusive(paths.resolvConf, async () => {
          const lines = ((await readText(paths.resolvConf)) ?? "").split("\n");
          const before = lines.flatMap((line) => /^nameserver\s+(\S+)/.exec(line)?.[1] ?? []);
          const others = lines.filter(
            (line) => line !== "" && !/^(?:search|domain|nameserver)\b/.test(line),
          );
          const servers = given
            .map((one, i) => one ?? before[i])
            .filter((one) => one !== undefined);
          const text = [
            `search ${String(params.search)}`,
            ...servers.map((one) => `nameserver ${String(one)}`),
            ...others,
          ];
          // Written in place: in a container this file is a mount of its own.
          await fs.writeFile(paths.resolvConf, text.map((line) => `${line}\n`).join(""));
        });
        return null;
      },
    },
    {
      method: "PUT",
      path: "/nodes/{node}/time",
      permission: modify,
      params: { timezone: { type: "string" } },
      async handler({ params }) {
        const zone = String(params.timezone);
        const file = `/usr/share/zoneinfo/${zone}`;
        if (!/^[A-Z][\w+-]*(?:\/[\w+-]+)*$/.test(zone) || !existsSync(paths.at(file)))
          throw parameterError({ timezone: "No such timezone" });
        await fs.rm(paths.at("/etc/localtime"), { force: true });
        await fs.symlink(file, paths.at("/etc/localtime"));
        await writeAtomic(paths.at("/etc/timezone"), `${zone}\n`, 0o644);
        return null;
      },
    },
    {
      method: "GET",
      path: "/nodes/{node}/hosts",
      permission: read,
      async handler() {
        const data = (await readText(hosts)) ?? "";
        return { data, digest: digestOf(data) };
      },
    },
    {
      method: "POST",
      path: "/nodes/{node}/hosts",
      permission: modify,
      params: { data: { type: "string", multiline: true }, digest },
      async handler({ params }) {
        await exclusive(hosts, async () => {
          if (
            params.digest !== undefined &&
            params.digest !== digestOf((await readText(hosts)) ?? "")
          )
            throw failure(
              "detected modified configuration - file changed by other user? Try again.",
            );
          await fs.writeFile(hosts, String(params.data));
        });
        return null;
      },
    },
    {
      method: "GET",
      path: "/nodes/{node}/config",
      permission: read,
      async handler() {
        const text = await readText(config);
        if (text === undefined) return {};
        const description = text
          .split("\n")
          .flatMap((line) => (line.startsWith("#") ? `${decodeText(line.slice(1))}\n` : []))
          .join("");
        return { ...(description ? { description } : {}), digest: digestOf(text) };
      },
    },
    {
      method: "PUT",
      path: "/nodes/{node}/config",
      permission: modify,
      params: {
        description: { type: "string", maxLength: 65_536, multiline: true, optional: true },
        delete: { type: "string", format: "pve-configid-list", optional: true },
        digest,
      },
      async handler({ params }) {
        const removed = splitList(String(params.delete ?? "")).includes("description");
        const description = removed ? "" : params.description;
        if (description === undefined) return null;
        const lines = String(description).replace(/\n$/, "").split("\n");
        const text = lines.map((line) => `#${encodeText(line)}\n`).join("");
        await writeAtomic(config, description === "" ? "" : text);
        return null;
      },
    },
    {
      method: "GET",
      path: "/nodes/{node}/services",
      permission: read,
      handler: () => SERVICES.split(",").map(service),
    },
    {
      method: "GET",
      path: "/nodes/{node}/services/{service}/state",
      permission: read,
      params: { service: { type: "string", enum: SERVICES.split(",") } },
      handler: ({ params }) => service(String(params.service)),
    },
    {
      method: "GET",
      path: "/nodes/{node}/subscription",
      permission: "user",
      handler: () => ({ status: "notfound", message: "There is no subscription key" }),
    },
    {
      method: "GET",
      path: "/nodes/{node}/journal",
      permission: needs("/nodes/{node}", "Sys.Syslog"),
      params: { lastentries: { type: "integer", minimum: 0, optional: true } },
      handler: () => null,
    },
    {
      method: "GET",
      path: "/nodes/{node}/syslog",
      permission: needs("/nodes/{node}", "Sys.Syslog"),
      params: { limit: { type: "integer", minimum: 0, optional: true } },
      handler(ctx) {
        ctx.envelope({ total: 0 });
        return [];
      },
    },
    {
      method: "GET",
      path: "/nodes/{node}/rrddata",
      permission: read,
      params: { timeframe, cf: average },
      handler: () => [],
    },
    {
      method: "GET",
      path: "/nodes/{node}/storage/{storage}/rrddata",
      permission: needs("/storage/{storage}", "Datastore.Audit"),
      params: { timeframe, cf: average },
      handler: () => [],
    },
    {
      method: "GET",
      path: "/nodes/{node}/qemu/{vmid}/config",
      permission: needs("/vms/{vmid}", "VM.Audit"),
      handler({ params }) {
        throw failure(
          `Configuration file 'nodes/${node}/qemu-server/${String(params.vmid)}.conf' does not exist`,
        );
      },
    },
    {
      method: "POST",
      path: "/nodes/{node}/aplinfo",
      permission: needs("/storage/{storage}", "Datastore.AllocateTemplate"),
      params: {
        storage: { type: "string", format: "pve-storage-id" },
        template: { type: "string", maxLength: 255 },
      },
      handler() {
        // The list of Proxmox's own templates is empty here.
        throw parameterError({ template: "no such template" });
      },
    },
    {
      method: "POST",
      path: "/nodes/{node}/wakeonlan",
      permission: needs("/nodes/{node}", "Sys.PowerMgmt"),
      handler() {
        throw failure(`'${node}' is local node, cannot wake my self!`);
      },
    },
    {
      method: "POST",
      path: "/nodes/{node}/status",
      permission: needs("/nodes/{node}", "Sys.PowerMgmt"),
      params: { command: { type: "string", enum: ["reboot", "shutdown"] } },
      handler() {
        throw new PveError(501, "the embedded node is restarted by the machine that runs it");
      },
    },
  ];
}
