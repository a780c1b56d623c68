import * as pulumi from "@pulumi/pulumi";
import type { SshEndpoint } from "../lib/ssh/sshOptions";
import { lazyProvider } from "./lazyProvider";

export interface TargetDrainArgs {
  /** Name of the target in the load balancer's configuration. */
  target: string;
  /** The Proxmox node, as root: the load balancer is asked through it, whether it exists yet or not. */
  node: pulumi.Input<SshEndpoint>;
  /** vmid of the load balancer's CT. */
  loadBalancer: pulumi.Input<number>;
  /** The target is taken out when one of these changes, before what depends on this resource changes. */
  causes: pulumi.Input<pulumi.Input<unknown>[]>;
  /** Seconds that the target may take to end its requests, 0 to 3600. */
  deregistrationDelaySeconds: pulumi.Input<number>;
  /**
   * Whether the only target may be taken out.
   *
   * @default false
   */
  allowOutage?: pulumi.Input<boolean>;
  /**
   * Targets that are only now made. They need not serve for this one to be taken out.
   *
   * @default - none
   */
  newcomers?: pulumi.Input<string[]>;
  /**
   * Seconds that other targets may take until they serve, before it is refused.
   *
   * @default 15
   */
  patienceSeconds?: number;
}

/**
 * Takes a target out of the rotation before its app node is changed. It refuses, and with it everything
 * that depends on it, while another target does not serve. A target that is not in the rotation yet is
 * left alone. `TargetAttachment` puts it back.
 */
export class TargetDrain extends pulumi.dynamic.Resource {
  /** Counts the drains: a trigger for what puts the target back. */
  declare readonly drains: pulumi.Output<number>;

  constructor(name: string, args: TargetDrainArgs, opts?: pulumi.CustomResourceOptions) {
    super(
      lazyProvider("targetDrainProvider"),
      name,
      {
        ...args,
        allowOutage: args.allowOutage ?? false,
        newcomers: args.newcomers ?? [],
        patienceSeconds: args.patienceSeconds ?? 15,
        drains: undefined,
        stateVersion: undefined,
      },
      opts,
      "homelab",
      "TargetDrain",
    );
  }
}
