import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { join } from "node:path";
import { runAttached } from "../../system/attached";
import { exec, type ExecOptions, type ExecResult } from "../../system/exec";
import type { LabPaths } from "../../system/labPaths";

/** How the Proxmox node is reached over SSH. */
export interface NodeAccess {
  host: string;
  port: number;
  user: string;
  keyFile: string;
  /** Holds the node's host key; nothing is trusted on first use. */
  knownHostsFile: string;
  /** Socket of the shared connection, or undefined where the path is too long for one. */
  controlPath?: string;
}

/** Unix sockets' paths end at 107 bytes, and ssh adds 17 while it makes one. */
const longestControlPath = 90;

export function controlPath(paths: LabPaths): string | undefined {
  const path = join(paths.state, "ssh.sock");
  return Buffer.byteLength(path) <= longestControlPath ? path : undefined;
}

/** Arguments of ssh up to the destination; the user's own ssh configuration plays no part. */
export function sshArgs(access: NodeAccess, options: { tty?: boolean } = {}): string[] {
  const settings: Record<string, string | undefined> = {
    UserKnownHostsFile: access.knownHostsFile,
    StrictHostKeyChecking: "yes",
    IdentitiesOnly: "yes",
    BatchMode: "yes",
    ConnectTimeout: "10",
    ServerAliveInterval: "15",
    LogLevel: "ERROR",
    // One connection serves all calls of a minute: the first call opens it and leaves it in the
    // background. When two calls open one at once, the second one's ends with its command.
    ControlMaster: access.controlPath ? "auto" : "no",
    ControlPath: access.controlPath ?? "none",
    ControlPersist: "30",
  };
  return [
    ...["-F", "none", "-i", access.keyFile, "-p", String(access.port)],
    ...Object.entries(settings).flatMap(([name, value]) => ["-o", `${name}="${value}"`]),
    ...(options.tty ? ["-tt"] : ["-T"]),
    `${access.user}@${access.host}`,
  ];
}

/** A command line for the shell at the other end. */
export function quoted(words: string[]): string {
  return words
    .map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`))
    .join(" ");
}

/** Runs a command on the node; its exit status passes through (255: ssh itself failed). */
export function onNode(
  access: NodeAccess,
  words: string[],
  options: ExecOptions = {},
): Promise<ExecResult> {
  return exec("ssh", [...sshArgs(access), quoted(words)], options);
}

/** Starts a program on the node that is talked with; it ends when its standard input does. */
export function talkOnNode(access: NodeAccess, words: string[]): ChildProcessWithoutNullStreams {
  // A group of its own: a terminal's Ctrl-C is for us, who close it; its sudden end would be told as a trouble.
  return spawn("ssh", [...sshArgs(access), quoted(words)], { stdio: "pipe", detached: true });
}

/** Words that run a command inside a CT, on the node. */
export function inCt(vmid: number, words: string[]): string[] {
  return ["pct", "exec", String(vmid), "--", ...words];
}

/** Runs a command on the node with this terminal; returns its exit status. */
export function attach(
  access: NodeAccess,
  words: string[],
  options: { tty: boolean },
): Promise<number> {
  const command = words.length > 0 ? [quoted(words)] : [];
  return runAttached("ssh", [...sshArgs(access, options), ...command]);
}

/** Ends the shared connection. */
export async function closeConnection(access: NodeAccess): Promise<void> {
  if (access.controlPath) await quietSsh(["-O", "exit", ...sshArgs(access)]);
}

function quietSsh(args: string[]): Promise<number> {
  return new Promise((resolve) => {
    const child = spawn("ssh", args, { stdio: "ignore" });
    child.on("error", () => resolve(255));
    child.on("close", (code) => resolve(code ?? 255));
  });
}
