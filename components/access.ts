import type { types } from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import type { SshEndpoint } from "../lib/ssh/sshOptions";

/** How the program gets on the Proxmox node, and through it on every CT. */
export interface NodeAccess {
  /**
   * The Proxmox node: host, port, user (root, for features and raw LXC lines are root's) and host key as
   * `ssh-ed25519 AAAA…`. Its host and key are pinned; another one logs in anew.
   */
  endpoint: pulumi.Input<SshEndpoint>;
  /**
   * Text of the private key; `@pulumi/command` takes no files. It is the one in the file that
   * HOMELAB_SSH_KEY_FILE names, which OpenSSH reads itself. Kept as a secret.
   */
  privateKey: pulumi.Input<string>;
  /** Public key that every CT's root accepts. Another one replaces the CTs. */
  publicKey: pulumi.Input<string>;
}

/** A CT that can be logged in to. Its address is known at preview, its host key is not. */
export interface CtAccess {
  connection: types.input.remote.ConnectionArgs;
  endpoint: pulumi.Output<SshEndpoint>;
}

export function nodeConnection(node: NodeAccess): types.input.remote.ConnectionArgs {
  const { host, port, user, hostKey } = pulumi.output(node.endpoint);
  return { host, port, user, hostKey, privateKey: pulumi.secret(node.privateKey) };
}

/** Access to a CT through the Proxmox node, which is the only way into the private subnet. */
export function ctAccess(
  node: NodeAccess,
  address: pulumi.Input<string>,
  hostKey: pulumi.Output<string>,
): CtAccess {
  return {
    connection: {
      ...{ host: address, port: 22, user: "root" },
      hostKey,
      privateKey: pulumi.secret(node.privateKey),
      proxy: nodeConnection(node),
    },
    endpoint: pulumi
      .all([address, hostKey, node.endpoint])
      .apply(([host, key, via]) => ({ host, port: 22, user: "root", hostKey: key, via })),
  };
}
