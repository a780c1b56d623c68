import type { types } from "@pulumi/command";
import type * as pulumi from "@pulumi/pulumi";
import type { SshEndpoint } from "../lib/ssh/sshOptions";

/** How the program gets on the Proxmox node, and through it on every CT. */
export interface NodeAccess {
  endpoint: SshEndpoint;
  /** Text of the private key, secret; `@pulumi/command` takes no files. */
  privateKey: pulumi.Output<string>;
  /** Public key that every CT's root accepts. */
  publicKey: string;
}

/** A CT that can be logged in to. Its address is known at preview, its host key is not. */
export interface CtAccess {
  connection: types.input.remote.ConnectionArgs;
  endpoint: pulumi.Output<SshEndpoint>;
}

export function nodeConnection(node: NodeAccess): types.input.remote.ConnectionArgs {
  const { host, port, user, hostKey } = node.endpoint;
  return { host, port, user, hostKey, privateKey: node.privateKey };
}

/** Access to a CT through the Proxmox node, which is the only way into the private subnet. */
export function ctAccess(
  node: NodeAccess,
  address: string,
  hostKey: pulumi.Output<string>,
): CtAccess {
  const plain = { host: address, port: 22, user: "root" };
  return {
    connection: {
      ...plain,
      hostKey,
      privateKey: node.privateKey,
      proxy: nodeConnection(node),
    },
    endpoint: hostKey.apply((key) => ({
      ...plain,
      hostKey: key,
      via: node.endpoint,
    })),
  };
}
