import * as pulumi from "@pulumi/pulumi";
import type { SshEndpoint } from "../lib/ssh/options";
import type { CtsToRun } from "./readinessGate.provider";
import { readinessGateProvider } from "./readinessGate.provider";

export interface ReadinessGateArgs {
  /** What is waited for, in the message of a gate that fails. */
  subject: string;
  /** The machine that probes. */
  from: pulumi.Input<SshEndpoint>;
  /**
   * URL that must answer 200, asked from `from`.
   *
   * @default - the login itself is the probe
   */
  url?: pulumi.Input<string>;
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

/** Exists once its probe has passed; fails, and what depends on it, when the deadline comes first. */
export class ReadinessGate extends pulumi.dynamic.Resource {
  constructor(name: string, args: ReadinessGateArgs, opts?: pulumi.CustomResourceOptions) {
    super(
      readinessGateProvider,
      name,
      {
        subject: args.subject,
        from: args.from,
        url: args.url ?? "",
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
