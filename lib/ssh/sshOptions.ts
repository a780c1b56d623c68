import { shellQuote } from "../shell/quote";

/** A machine that the OpenSSH client can log in to with a key, its host key known beforehand. */
export interface SshEndpoint {
  host: string;
  port: number;
  user: string;
  /** `ssh-ed25519 AAAA…`; a comment behind it is ignored. */
  hostKey: string;
  /** Absolute path of the private key. */
  keyFile: string;
  /** The bastion to go through. */
  via?: SshEndpoint;
}

/**
 * Options for `ssh` that trust exactly one host key and read none of the user's files. The key comes
 * from KnownHostsCommand, so that no known_hosts file has to be written and kept.
 */
export function sshOptions(endpoint: SshEndpoint): string[] {
  const alias = `homelab-${endpoint.host}-${endpoint.port}`;
  const key = endpoint.hostKey.trim().split(/\s+/).slice(0, 2).join(" ");
  const options = [
    "BatchMode=yes",
    "IdentitiesOnly=yes",
    "StrictHostKeyChecking=yes",
    "UserKnownHostsFile=/dev/null",
    "GlobalKnownHostsFile=/dev/null",
    "UpdateHostKeys=no",
    "LogLevel=ERROR",
    "ConnectTimeout=10",
    "ServerAliveInterval=15",
    `HostKeyAlias=${alias}`,
    `KnownHostsCommand=/bin/echo ${alias} ${key}`,
  ];
  if (endpoint.via) {
    const hop = ["ssh", ...sshOptions(endpoint.via), "-W", "%h:%p", ...destination(endpoint.via)];
    options.push(`ProxyCommand=${hop.map(shellQuote).join(" ")}`);
  }
  return ["-F", "none", "-i", endpoint.keyFile, ...options.flatMap((option) => ["-o", option])];
}

/** All arguments of `ssh` for one command line, which the other side's shell reads. */
export function sshArguments(endpoint: SshEndpoint, commandLine: string): string[] {
  return [...sshOptions(endpoint), "-T", ...destination(endpoint), "--", commandLine];
}

function destination(endpoint: SshEndpoint): string[] {
  return ["-p", String(endpoint.port), `${endpoint.user}@${endpoint.host}`];
}
