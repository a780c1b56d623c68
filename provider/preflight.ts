import * as pulumi from "@pulumi/pulumi";
import type { Needs } from "../lib/preflight/preflightRules";
import { lazyProvider } from "./lazyProvider";
import type { ProxmoxApiArgs } from "./proxmoxApi";

export interface PreflightArgs extends ProxmoxApiArgs {
  needs: pulumi.Input<Needs>;
}

/**
 * Looks at Proxmox before anything is made, in every preview and update, and refuses what would only
 * fail half way through. Everything else depends on it. Deleting it does nothing.
 */
export class Preflight extends pulumi.dynamic.Resource {
  declare readonly warnings: pulumi.Output<string[] | undefined>;

  constructor(name: string, args: PreflightArgs, opts?: pulumi.CustomResourceOptions) {
    super(
      lazyProvider("preflightProvider"),
      name,
      {
        endpoint: args.endpoint,
        needs: args.needs,
        token: args.token === undefined ? undefined : pulumi.secret(args.token),
        warnings: undefined,
        stateVersion: undefined,
      },
      opts,
      "homelab",
      "Preflight",
    );
    this.warnings.apply((warnings) => {
      for (const warning of warnings ?? []) void pulumi.log.warn(warning, this);
    });
  }
}
