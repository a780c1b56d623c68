import { needs, type Permission, type RequestContext } from "../../contract";
import type { FirewallFile } from "../../codec/firewall";
import {
  changeFirewall,
  clusterFirewall,
  guestFirewall,
  nodeFirewall,
  readFirewall,
  type StoredFirewall,
} from "../../firewall/files";
import type { NodePaths } from "../../paths";
import { vmidParam } from "../ctParams";
import type { ParamSchema } from "../../contract";

/** What a firewall is for: the cluster, a node or a CT. */
export interface FirewallScope {
  kind: "cluster" | "node" | "guest";
  /** Path of its endpoints. */
  base: string;
  read: Permission;
  write: Permission;
  /** Parameters of the path. */
  params: Record<string, ParamSchema>;
  load(ctx: RequestContext): Promise<StoredFirewall>;
  change(ctx: RequestContext, edit: (file: FirewallFile) => void): Promise<void>;
  /** What all firewalls share. */
  cluster(): Promise<FirewallFile>;
}

/** The three firewalls of a node. */
export function firewallScopes(paths: NodePaths): FirewallScope[] {
  const scope = (
    kind: FirewallScope["kind"],
    base: string,
    [path, audit, modify]: [string, string, string],
    params: FirewallScope["params"],
    file: (ctx: RequestContext) => string,
  ): FirewallScope => ({
    kind,
    base,
    read: needs(path, audit),
    write: needs(path, modify),
    params,
    load: (ctx) => readFirewall(file(ctx)),
    change: (ctx, edit) => changeFirewall(paths, file(ctx), ctx.params.digest, edit),
    cluster: async () => (await readFirewall(clusterFirewall(paths))).file,
  });
  return [
    scope("cluster", "/cluster/firewall", ["/", "Sys.Audit", "Sys.Modify"], {}, () =>
      clusterFirewall(paths),
    ),
    scope("node", "/nodes/{node}/firewall", ["/nodes/{node}", "Sys.Audit", "Sys.Modify"], {}, () =>
      nodeFirewall(paths),
    ),
    scope(
      "guest",
      "/nodes/{node}/lxc/{vmid}/firewall",
      ["/vms/{vmid}", "VM.Audit", "VM.Config.Network"],
      vmidParam,
      (ctx) => guestFirewall(paths, Number(ctx.params.vmid)),
    ),
  ];
}
