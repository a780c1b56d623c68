import type { types } from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import { readFileSync } from "node:fs";
import type { SshEndpoint } from "../lib/ssh/sshOptions";
import { KEY_FILE_VARIABLE } from "../lib/stack/machineFiles";

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

/** Says how to get an environment with the files of this machine. */
export const THROUGH_LAB = 'run through ./lab, or: eval "$(./lab env)"';

/**
 * Access with the key pair of this machine: HOMELAB_SSH_KEY_FILE names the private key, and the public one lies
 * beside it with `.pub`.
 *
 * @throws RunError when the variable is not set, or a file cannot be read
 */
export function nodeAccess(endpoint: NodeAccess["endpoint"]): NodeAccess {
  const problems: string[] = [];
  const keys = readKeys(
    process.env[KEY_FILE_VARIABLE],
    `set it to the private key's path, or ${THROUGH_LAB}`,
    problems,
  );
  if (problems.length > 0) throw new pulumi.RunError(problems.join("\n"));
  return { endpoint, ...keys, privateKey: pulumi.secret(keys.privateKey) };
}

/** Reads a key pair; what stands in the way is added to `problems`. */
export function readKeys(
  file: string | undefined,
  remedy: string,
  problems: string[],
): { privateKey: string; publicKey: string } {
  if (!file) {
    problems.push(`${KEY_FILE_VARIABLE}: is not set, so no CT can be logged in to; ${remedy}`);
    return { privateKey: "", publicKey: "" };
  }
  const read = (path: string) => {
    try {
      return readFileSync(path, "utf8");
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      problems.push(
        `${KEY_FILE_VARIABLE}: ${path} cannot be read (${code}); make a pair with: ssh-keygen -t ed25519`,
      );
      return "";
    }
  };
  return { privateKey: read(file), publicKey: read(`${file}.pub`).trim() };
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
