import { shellQuote } from "../shell/quote";
import { KEY_FILE_VARIABLE } from "../stack/machineFiles";

/** A machine that the OpenSSH client can log in to with a key, its host key known beforehand. */
export interface SshEndpoint {
  host: string;
  port: number;
  user: string;
  /** `ssh-ed25519 AAAA…`; a comment behind it is ignored. */
  hostKey: string;
  /** The bastion to go through. */
  via?: SshEndpoint;
}

/** Whether two endpoints are the same machine, reached the same way; states of earlier versions say more. */
export function sameEndpoint(a: SshEndpoint, b: SshEndpoint): boolean {
  const text = (one?: SshEndpoint): string =>
    one ? JSON.stringify([one.host, one.port, one.user, one.hostKey, text(one.via)]) : "";
  return text(a) === text(b);
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
    // Expanded by ssh (ssh_config(5), ENVIRONMENT VARIABLES, since OpenSSH 8.4), also by that of a ProxyCommand.
    `IdentityFile=\${${KEY_FILE_VARIABLE}}`,
    "StrictHostKeyChecking=yes",
    "UserKnownHostsFile=/dev/null",
    "GlobalKnownHostsFile=/dev/null",
    "UpdateHostKeys=no",
    "LogLevel=ERROR",
    // A busy machine takes its time; what listens answers at once all the same.
    "ConnectTimeout=60",
    "ConnectionAttempts=3",
    "ServerAliveInterval=15",
    `HostKeyAlias=${alias}`,
    `KnownHostsCommand=/bin/echo ${alias} ${key}`,
  ];
  if (endpoint.via) {
    const hop = ["ssh", ...sshOptions(endpoint.via), "-W", "%h:%p", ...destination(endpoint.via)];
    options.push(`ProxyCommand=${hop.map(shellQuote).join(" ")}`);
  }
  return ["-F", "none", ...options.flatMap((option) => ["-o", option])];
}

/** All arguments of `ssh` for one command line, which the other side's shell reads. */
export function sshArguments(endpoint: SshEndpoint, commandLine: string): string[] {
  return [...sshOptions(endpoint), "-T", ...destination(endpoint), "--", commandLine];
}

function destination(endpoint: SshEndpoint): string[] {
  return ["-p", String(endpoint.port), `${endpoint.user}@${endpoint.host}`];
}
