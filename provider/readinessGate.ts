import * as pulumi from "@pulumi/pulumi";
import type { SshEndpoint } from "../lib/ssh/sshOptions";
import { lazyProvider } from "./lazyProvider";
import type { CtsToRun } from "./waitUntil";

export interface ReadinessGateArgs {
  /** What is waited for, in the message of a gate that fails. */
  subject: pulumi.Input<string>;
  /** The machine that must let us log in. */
  from: pulumi.Input<SshEndpoint>;
  /** CTs that must run for the probe to pass: the gate fails at once when one has stopped. */
  cts: pulumi.Input<CtsToRun>;
  /** Seconds until the gate fails with its last observation. */
  deadlineSeconds: number;
  /**
   * The gate waits again when one of these changes.
   *
   * @default - once
   */
  triggers?: pulumi.Input<pulumi.Input<unknown>[]>;
}

/** Exists once a login has ended well; fails, and what depends on it, when the deadline comes first. */
export class ReadinessGate extends pulumi.dynamic.Resource {
  constructor(name: string, args: ReadinessGateArgs, opts?: pulumi.CustomResourceOptions) {
    super(
      lazyProvider("readinessGateProvider"),
      name,
      {
        subject: args.subject,
        from: args.from,
        cts: args.cts,
        deadlineSeconds: args.deadlineSeconds,
        triggers: args.triggers ?? [],
      },
      opts,
      "homelab",
      "ReadinessGate",
    );
  }
}
