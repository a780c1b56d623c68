import * as pulumi from "@pulumi/pulumi";
import type { SshEndpoint } from "../lib/ssh/sshOptions";
import type { CtsToRun } from "./waitUntil";
import { lazyProvider } from "./lazyProvider";

export interface TargetAttachmentArgs {
  /** Name of the target in the load balancer's configuration. */
  target: string;
  /** The load balancer's CT. */
  loadBalancer: pulumi.Input<SshEndpoint>;
  /** CTs that must run for the target to get healthy: it fails at once when one has stopped. */
  cts: pulumi.Input<CtsToRun>;
  /** Seconds until it fails when the target does not get healthy. */
  deadlineSeconds: number;
  /** Seconds that a target which is taken out may take to end its requests, 0 to 3600. */
  deregistrationDelaySeconds: pulumi.Input<number>;
  /** The target is taken out before one of these is replaced, and put back afterwards. */
  triggers: pulumi.Input<pulumi.Input<unknown>[]>;
}

/**
 * A target in the rotation: exists once the load balancer finds it healthy. Its deletion, which comes
 * before that of what it depends on, drains the target first.
 */
export class TargetAttachment extends pulumi.dynamic.Resource {
  constructor(name: string, args: TargetAttachmentArgs, opts?: pulumi.CustomResourceOptions) {
    const options = pulumi.mergeOptions(opts, { deleteBeforeReplace: true });
    super(
      lazyProvider("targetAttachmentProvider"),
      name,
      { ...args },
      options,
      "homelab",
      "TargetAttachment",
    );
  }
}
