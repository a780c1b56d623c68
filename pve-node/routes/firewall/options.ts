import type { ParamSchema, Route } from "../../contract";
import { splitList } from "../../http/formats";
import { MACROS } from "../../firewall/macros";
import { digest, logLevels } from "../../firewall/rules";
import type { FirewallScope } from "./scope";

const flag: ParamSchema = { type: "boolean", optional: true };
const policy: ParamSchema = { type: "string", enum: ["ACCEPT", "REJECT", "DROP"], optional: true };
const level: ParamSchema = { type: "string", enum: logLevels, optional: true };
const number = (minimum: number): ParamSchema => ({ type: "integer", minimum, optional: true });

/** Options by what the firewall is for. */
const options: Record<FirewallScope["kind"], Record<string, ParamSchema>> = {
  cluster: {
    enable: number(0),
    ebtables: flag,
    policy_in: policy,
    policy_out: policy,
    policy_forward: policy,
    log_ratelimit: { type: "string", pattern: /^[a-z0-9=,/]+$/, optional: true },
  },
  node: {
    enable: flag,
    nosmurfs: flag,
    tcpflags: flag,
    ndp: flag,
    nftables: flag,
    log_nf_conntrack: flag,
    nf_conntrack_allow_invalid: flag,
    nf_conntrack_max: number(32_768),
    nf_conntrack_tcp_timeout_established: number(7875),
    nf_conntrack_tcp_timeout_syn_recv: number(30),
    protection_synflood: flag,
    protection_synflood_rate: number(1),
    protection_synflood_burst: number(1),
    log_level_in: level,
    log_level_out: level,
    log_level_forward: level,
    smurf_log_level: level,
    tcp_flags_log_level: level,
  },
  guest: {
    enable: flag,
    dhcp: flag,
    ipfilter: flag,
    macfilter: flag,
    ndp: flag,
    radv: flag,
    policy_in: policy,
    policy_out: policy,
    log_level_in: level,
    log_level_out: level,
  },
};

const entries: Record<FirewallScope["kind"], string[]> = {
  cluster: ["aliases", "groups", "ipset", "macros", "options", "refs", "rules"],
  node: ["rules", "options", "log"],
  guest: ["rules", "aliases", "ipset", "refs", "options"],
};

/** Index, options, log and what rules may refer to, of one firewall. */
export function firewallOptionRoutes(scope: FirewallScope): Route[] {
  const { base, params, kind } = scope;
  const known = options[kind];
  return [
    {
      method: "GET",
      path: base,
      permission: "user",
      params,
      handler: () => entries[kind].map((name) => ({ name })),
    },
    {
      method: "GET",
      path: `${base}/options`,
      permission: scope.read,
      params,
      async handler(ctx) {
        const stored = await scope.load(ctx);
        const values = [...stored.file.options].map(([key, value]) => {
          const number = ["boolean", "integer"].includes(known[key]?.type ?? "");
          return [key, number ? Number(value) : value] as const;
        });
        const enable = kind === "cluster" ? { enable: 0 } : {};
        return { ...enable, ...Object.fromEntries(values), digest: stored.digest };
      },
    },
    {
      method: "PUT",
      path: `${base}/options`,
      permission: scope.write,
      params: {
        ...params,
        ...known,
        delete: { type: "string", format: "pve-configid-list", optional: true },
        digest,
      },
      async handler(ctx) {
        await scope.change(ctx, (file) => {
          for (const key of splitList(String(ctx.params.delete ?? ""))) file.options.delete(key);
          for (const key of Object.keys(known)) {
            const value = ctx.params[key];
            if (value === undefined) continue;
            file.options.set(key, typeof value === "boolean" ? (value ? "1" : "0") : String(value));
          }
        });
        return null;
      },
    },
    ...(kind === "cluster" ? [macrosRoute(base)] : [logRoute(scope)]),
    ...(kind === "node" ? [] : [refsRoute(scope)]),
  ];
}

function macrosRoute(base: string): Route {
  return {
    method: "GET",
    path: `${base}/macros`,
    permission: "user",
    handler: () => MACROS.map((macro) => ({ macro, descr: `${macro} traffic` })),
  };
}

/** Nothing is logged here: no rule is in force. */
function logRoute({ base, params, kind }: FirewallScope): Route {
  const syslog = { path: "/nodes/{node}", privileges: ["Sys.Syslog"] };
  const console = { path: "/vms/{vmid}", privileges: ["VM.Console"] };
  return {
    method: "GET",
    path: `${base}/log`,
    permission: kind === "node" ? syslog : console,
    params: {
      ...params,
      start: number(0),
      limit: number(0),
      since: number(0),
      until: number(0),
    },
    handler(ctx) {
      ctx.envelope({ total: kind === "node" ? 0 : 1 });
      return kind === "node" ? [] : [{ n: 1, t: "no content" }];
    },
  };
}

function refsRoute(scope: FirewallScope): Route {
  return {
    method: "GET",
    path: `${scope.base}/refs`,
    permission: scope.read,
    params: {
      ...scope.params,
      type: { type: "string", enum: ["alias", "ipset"], optional: true },
    },
    async handler(ctx) {
      const files = [["dc", await scope.cluster()] as const];
      if (scope.kind === "guest") files.push(["guest" as never, (await scope.load(ctx)).file]);
      const prefix = (name: string) => (scope.kind === "guest" ? `${name}/` : "");
      return files
        .flatMap(([where, { aliases, ipsets }]) => [
          ...[...aliases].map(([name, { comment }]) => ({
            ...{ type: "alias", name, scope: where, ref: `${prefix(where)}${name}` },
            ...(comment === undefined ? {} : { comment }),
          })),
          ...[...ipsets].map(([name, { comment }]) => ({
            ...{ type: "ipset", name, scope: where, ref: `+${prefix(where)}${name}` },
            ...(comment === undefined ? {} : { comment }),
          })),
        ])
        .filter(({ type }) => ctx.params.type === undefined || type === ctx.params.type);
    },
  };
}
