import * as pulumi from "@pulumi/pulumi";
import type { Needs } from "../lib/preflight/judge";
import { preflightProvider } from "./preflight.provider";

export interface PreflightArgs {
  /** URL of the Proxmox API. */
  endpoint: string;
  /**
   * PEM file of the CA that signed the API's certificate.
   *
   * @default - the CAs that this machine knows
   */
  caFile?: string;
  /**
   * API token, `user@realm!name=secret`. It is used and not stored.
   *
   * @default - PROXMOX_VE_API_TOKEN
   */
  token?: pulumi.Input<string>;
  needs: Needs;
}

/**
 * Looks at Proxmox before anything is made, in every preview and update, and refuses what would only
 * fail half way through. Everything else depends on it. Deleting it does nothing.
 */
export class Preflight extends pulumi.dynamic.Resource {
  declare readonly warnings: pulumi.Output<string[] | undefined>;

  constructor(name: string, args: PreflightArgs, opts?: pulumi.CustomResourceOptions) {
    super(
      preflightProvider,
      name,
      {
        endpoint: args.endpoint,
        caFile: args.caFile ?? "",
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
