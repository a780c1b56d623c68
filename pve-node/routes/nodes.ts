import { X509Certificate } from "node:crypto";
import * as os from "node:os";
import { readText } from "../os/files";
import { diskUsage, hostUsage, nodeSummary } from "../os/usage";
import { needs, type NodeServices, type Route } from "../contract";
import { versionOf, type PveRelease } from "../version";

/** The node itself. */
export function nodeRoutes({ node, paths }: NodeServices, release: PveRelease): Route[] {
  return [
    {
      method: "GET",
      path: "/nodes",
      permission: "user",
      async handler(ctx) {
        const cert = await readText(paths.sslCert);
        const audit = ctx.allowed(`/nodes/${node}`, "Sys.Audit");
        return [
          {
            ...{ node, id: `node/${node}`, type: "node", status: "online", level: "" },
            ...(cert ? { ssl_fingerprint: new X509Certificate(cert).fingerprint256 } : {}),
            ...(audit ? await nodeSummary(paths.root) : {}),
          },
        ];
      },
    },
    {
      method: "GET",
      path: "/nodes/{node}/status",
      permission: needs("/nodes/{node}", "Sys.Audit"),
      async handler() {
        return nodeStatus(paths.root, release);
      },
    },
    {
      method: "GET",
      path: "/nodes/{node}/dns",
      permission: needs("/nodes/{node}", "Sys.Audit"),
      async handler() {
        const lines = ((await readText(paths.resolvConf)) ?? "").split("\n");
        const servers = lines.flatMap((l) => /^nameserver\s+(\S+)/.exec(l)?.[1] ?? []);
        const search = lines.flatMap((l) => /^(?:search|domain)\s+(\S+)/.exec(l)?.[1] ?? [])[0];
        const dns = servers.slice(0, 3).map((address, i) => [`dns${i + 1}`, address] as const);
        return { ...(search ? { search } : {}), ...Object.fromEntries(dns) };
      },
    },
    {
      method: "GET",
      path: "/nodes/{node}/time",
      permission: needs("/nodes/{node}", "Sys.Audit"),
      handler() {
        const time = Math.floor(Date.now() / 1000);
        const localtime = time - new Date().getTimezoneOffset() * 60;
        const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
        return { time, localtime, timezone: timeZone };
      },
    },
  ];
}

async function nodeStatus(root: string, pve: PveRelease) {
  const { version, repoid } = versionOf(pve);
  const usage = await hostUsage();
  const disk = await diskUsage(root);
  const cpus = os.cpus();
  const release = os.release();
  return {
    uptime: usage.uptime,
    cpu: usage.cpu,
    wait: 0,
    idle: 0,
    loadavg: os.loadavg().map((load) => load.toFixed(2)),
    kversion: `${os.type()} ${release} ${os.version()}`,
    "current-kernel": {
      sysname: os.type(),
      release,
      version: os.version(),
      machine: os.machine(),
    },
    pveversion: `pve-manager/${version}/${repoid}`,
    cpuinfo: {
      hvm: /\b(?:vmx|svm)\b/.test((await cpuFlags()).flags ?? "") ? "1" : "0",
      user_hz: 100,
      cores: cpus.length,
      cpus: cpus.length,
      sockets: 1,
      model: cpus[0]?.model ?? "unknown",
      mhz: String(cpus[0]?.speed ?? 0),
      ...(await cpuFlags()),
    },
    memory: {
      total: usage.memTotal,
      free: usage.memFree,
      available: usage.memAvailable,
      used: usage.memTotal - usage.memAvailable,
    },
    swap: {
      total: usage.swapTotal,
      free: usage.swapFree,
      used: usage.swapTotal - usage.swapFree,
    },
    rootfs: { ...disk, free: disk.total - disk.used },
    ksm: { shared: 0 },
    "boot-info": { mode: "legacy-bios" },
  };
}

async function cpuFlags(): Promise<{ flags?: string }> {
  const text = (await readText("/proc/cpuinfo")) ?? "";
  const flags = /^(?:flags|Features)\s*:\s*(.*)$/m.exec(text)?.[1];
  return flags ? { flags } : {};
}

/** The address other machines reach the node at. */
export function nodeAddress(): string {
  const interfaces = os.networkInterfaces();
  const all = [...(interfaces.vmbr0 ?? []), ...Object.values(interfaces).flat()];
  return all.find((a) => a?.family === "IPv4" && !a.internal)?.address ?? "127.0.0.1";
}
