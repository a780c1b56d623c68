import * as pulumi from "@pulumi/pulumi";
import { lazyProvider } from "./lazyProvider";

/** A password made once and kept, encrypted, in the stack's state. */
export class GeneratedSecret extends pulumi.dynamic.Resource {
  declare readonly value: pulumi.Output<string>;

  constructor(name: string, args: { length: number }, opts?: pulumi.CustomResourceOptions) {
    super(
      lazyProvider("generatedSecretProvider"),
      name,
      { length: args.length, value: undefined },
      pulumi.mergeOptions(opts, { additionalSecretOutputs: ["value"] }),
      "homelab",
      "GeneratedSecret",
    );
  }
}
