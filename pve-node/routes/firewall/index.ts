import type { Route } from "../../contract";
import type { NodePaths } from "../../paths";
import { aliasRoutes } from "./aliases";
import { groupRoutes } from "./groups";
import { firewallOptionRoutes } from "./options";
import { ruleRoutes } from "./rules";
import { firewallScopes } from "./scope";
import { ipSetRoutes } from "./sets";

/**
 * The firewalls of the cluster, the node and its CTs. They are kept in Proxmox's own files; nothing of them is in
 * force: this node has no service that makes filters of them.
 */
export function firewallRoutes(paths: NodePaths): Route[] {
  return firewallScopes(paths).flatMap((scope) => [
    ...firewallOptionRoutes(scope),
    ...ruleRoutes(scope, {
      path: `${scope.base}/rules`,
      params: scope.params,
      groups: true,
      of: (file) => file.rules,
    }),
    ...(scope.kind === "node" ? [] : [...aliasRoutes(scope), ...ipSetRoutes(scope)]),
    ...(scope.kind === "cluster" ? groupRoutes(scope) : []),
  ]);
}
