import { AccessControl } from "./access/accessControl";
import type { GuestSummary, NodeServices, Route } from "./contract";
import { lxcBackend, type CtBackend } from "./lxc/backend";
import type { CtStatus } from "./lxc/ctStatus";
import { nodePaths } from "./paths";
import { accessRoutes } from "./routes/access";
import { permissionRoutes } from "./routes/accessPermissions";
import { clusterRoutes } from "./routes/cluster";
import { firewallRoutes } from "./routes/firewall";
import { groupRoutes } from "./routes/groups";
import { lxcRoutes } from "./routes/cts";
import { networkRoutes } from "./routes/interfaces";
import { indexRoutes } from "./routes/indexes";
import { moreNodeRoutes } from "./routes/nodeMore";
import { nodeRoutes } from "./routes/nodes";
import { guestPools, poolRoutes } from "./routes/pools";
import { storageRoutes } from "./routes/storage";
import { taskRoutes } from "./routes/tasks";
import { tokenRoutes } from "./routes/tokens";
import { versionRoutes } from "./routes/version";
import type { PveRelease } from "./version";
import { FileTaskRunner } from "./tasks/taskRunner";

export interface ServiceOptions {
  node: string;
  /** Release whose API is served. @default "9.1" */
  release?: PveRelease;
  /** Directory that stands for `/`. @default / */
  root?: string;
  /** Wait before a failed login answers, in milliseconds. @default 3000 */
  failureDelayMs?: number;
  /** Seconds since 1970. @default - the clock */
  now?: () => number;
  /** Applies /etc/network/interfaces. @default ["ifreload", "-a"] */
  reload?: string[];
  /** Runs the CTs. @default - LXC on this machine */
  backend?: CtBackend;
  /** The node's CTs. @default - those of the backend */
  guests?: () => Promise<GuestSummary[]>;
}

/** Everything an API server of the node is made of. */
export interface Node {
  services: NodeServices;
  tasks: FileTaskRunner;
  access: AccessControl;
  backend: CtBackend;
  routes: Route[];
}

export function createNode(options: ServiceOptions): Node {
  const { node } = options;
  const paths = nodePaths(node, options.root);
  const access = new AccessControl({ paths, ...options });
  const tasks = new FileTaskRunner(node, paths, options.now);
  const backend = options.backend ?? lxcBackend({ node, paths, pct: "/usr/sbin/pct" });
  const services: NodeServices = {
    node,
    paths,
    tasks,
    pools: guestPools(access),
    guests: options.guests ?? (async () => (await backend.list()).map(summary)),
  };
  const routes = [
    ...versionRoutes(access.release),
    ...accessRoutes(access),
    ...permissionRoutes(access),
    ...groupRoutes(access),
    ...tokenRoutes(access),
    ...clusterRoutes(services, access),
    ...indexRoutes(access.release),
    ...nodeRoutes(services, access.release),
    ...moreNodeRoutes(services),
    ...networkRoutes(services, options.reload),
    ...storageRoutes(services),
    ...poolRoutes(services, access),
    ...firewallRoutes(paths),
    ...taskRoutes(node, tasks),
    ...lxcRoutes(services, backend),
  ];
  return { services, tasks, access, backend, routes };
}

function summary(ct: CtStatus): GuestSummary {
  const { vmid, status, name, cpus, cpu, maxmem, mem, maxdisk, disk, uptime } = ct;
  const { netin, netout, diskread, diskwrite, tags, lock, template } = ct;
  return {
    ...{ vmid, status, name, maxcpu: cpus, cpu, maxmem, mem, maxdisk, disk, uptime },
    ...{ netin, netout, diskread, diskwrite },
    ...(tags === undefined ? {} : { tags }),
    ...(lock === undefined ? {} : { lock }),
    template: template === 1,
  };
}
