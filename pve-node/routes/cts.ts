import { needs, type NodeServices, type Route } from "../contract";
import type { CtBackend } from "../lxc/backend";
import { configRoutes } from "./ctConfig";
import { cloneRoutes } from "./ctClone";
import { moreCtRoutes } from "./ctMore";
import { snapshotRoutes } from "./ctSnapshots";
import { vzdumpRoutes } from "./vzdump";
import { createRoute } from "./ctCreate";
import { ctPath, ctTask, flag, vmidOf, vmidParam } from "./ctParams";
import { statusRoutes } from "./ctPower";

/** The methods of containers, below `/nodes/{node}/lxc`. */
export function lxcRoutes(services: NodeServices, backend: CtBackend): Route[] {
  return [
    ...statusRoutes(services, backend),
    createRoute(services, backend),
    ...configRoutes(services, backend),
    ...cloneRoutes(services, backend),
    ...snapshotRoutes(services, backend),
    ...moreCtRoutes(services, backend),
    ...vzdumpRoutes(services, backend),
    {
      method: "DELETE",
      path: ctPath(),
      permission: needs("/vms/{vmid}", "VM.Allocate"),
      params: { ...vmidParam, force: flag, purge: flag, "destroy-unreferenced-disks": flag },
      async handler(ctx) {
        const vmid = vmidOf(ctx);
        const force = ctx.params.force === true;
        await backend.checkDestroy(vmid, force);
        return ctTask(services, ctx, "vzdestroy", async (log) => {
          await backend.destroy(vmid, force, log);
          await services.pools.forget(vmid);
        });
      },
    },
  ];
}
