import * as pulumi from "@pulumi/pulumi";
import type { SshEndpoint } from "../lib/ssh/sshOptions";
import { lazyProvider } from "./lazyProvider";

export interface ContainerHostConfigArgs {
  /** The Proxmox node, as root. */
  node: pulumi.Input<SshEndpoint>;
  /** The CT. Changing it replaces the resource. */
  vmid: pulumi.Input<number>;
  /**
   * Features as Proxmox writes them, e.g. `keyctl=1,nesting=1`. A change restarts the CT.
   *
   * @default "" - features stay what they are
   */
  features?: pulumi.Input<string>;
  /**
   * Raw LXC lines, e.g. `lxc.apparmor.profile: unconfined`. A change restarts the CT.
   *
   * @default - none
   */
  rawLines?: pulumi.Input<pulumi.Input<string>[]>;
}

/**
 * What the Proxmox API refuses to tokens: features of a privileged CT and its raw LXC lines, set on
 * the Proxmox node over SSH. Also tells the CT's SSH host key.
 */
export class ContainerHostConfig extends pulumi.dynamic.Resource {
  declare readonly hostKey: pulumi.Output<string>;
  declare readonly incarnation: pulumi.Output<string>;

  constructor(name: string, args: ContainerHostConfigArgs, opts?: pulumi.CustomResourceOptions) {
    super(
      lazyProvider("containerHostConfigProvider"),
      name,
      {
        node: args.node,
        vmid: args.vmid,
        features: args.features ?? "",
        rawLines: args.rawLines ?? [],
        stateVersion: undefined,
        previousFeatures: undefined,
        addedLines: undefined,
        hostKey: undefined,
        incarnation: undefined,
      },
      opts,
      "homelab",
      "ContainerHostConfig",
    );
  }
}
