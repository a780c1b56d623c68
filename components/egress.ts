import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import type { NodeNetwork } from "../lib/net/nodeNetwork";
import { closeEgress, nodeFiles, openEgress } from "../lib/net/nodeSetup";
import { OpenEgress } from "../provider/openEgress";
import type { NodeAccess } from "./access";
import { nodeConnection } from "./access";

/**
 * The way out of the private subnet with `nat: provisioning`: opened on the Proxmox node for one CT
 * before a command that installs packages, exactly when that command runs, and closed by the last step.
 * A run that does not get there is closed by the node's clock.
 */
export class Egress {
  private readonly opened: command.remote.Command[] = [];
  private readonly before: OpenEgress;

  /** @param filters the node's filters, which it opens */
  constructor(
    private readonly name: string,
    private readonly access: NodeAccess,
    private readonly network: pulumi.Output<NodeNetwork>,
    private readonly filters: pulumi.Resource,
    opts: pulumi.CustomResourceOptions,
  ) {
    const marker = network.apply((known) => nodeFiles(known).paths.opened);
    this.before = new OpenEgress(name, { node: access.endpoint, marker }, opts);
  }

  /** @param triggers those of the command that needs the way out */
  open(
    name: string,
    address: pulumi.Input<string>,
    triggers: pulumi.Input<unknown>[],
    opts: pulumi.CustomResourceOptions,
  ): pulumi.Resource {
    const open = pulumi
      .all([this.network, address])
      .apply(([network, ct]) => openEgress(network, ct));
    const opener = new command.remote.Command(
      `${name}-egress`,
      {
        connection: nodeConnection(this.access),
        create: open,
        triggers: [this.before.unfinished, ...triggers],
      },
      pulumi.mergeOptions(opts, { dependsOn: this.filters }),
    );
    this.opened.push(opener);
    return opener;
  }

  /**
   * The last step: runs when anything was opened, after `installed` stands. It has no parent: a dependency
   * on the component would include this command, which waits for all components, and never end.
   */
  close(installed: pulumi.Resource[]): void {
    const close = this.network.apply(closeEgress);
    new command.remote.Command(
      `${this.name}-closed`,
      {
        connection: nodeConnection(this.access),
        create: close,
        triggers: this.opened.map((opener) => opener.stdout),
      },
      { dependsOn: [...installed, ...this.opened] },
    );
  }
}
