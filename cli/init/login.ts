import { createHash } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { exec } from "../../system/exec";

/** Where root of the Proxmox node is logged in to, before the stack has a key of its own. */
export interface LoginArgs {
  host: string;
  port: number;
  /** `ssh-ed25519 AAAA…`; nothing else is believed. */
  hostKey: string;
  /** The user's own key. @default - whatever the user's OpenSSH has: its agent, its files, a password */
  keyFile?: string;
}

/** Root's shell on the Proxmox node, over one connection. */
export interface RootShell extends AsyncDisposable {
  /** Runs a script with bash. @throws with the end of what it said when it fails. */
  run(what: string, script: string): Promise<string>;
}

/** SHA-256 fingerprint of an SSH key, as OpenSSH prints it. */
export function keyFingerprint(key: string): string {
  const [, blob = ""] = key.trim().split(/\s+/);
  const digest = createHash("sha256").update(Buffer.from(blob, "base64")).digest("base64");
  return `SHA256:${digest.replace(/=+$/, "")}`;
}

/** Name of a host in known_hosts. */
const knownName = (host: string, port: number) => (port === 22 ? host : `[${host}]:${port}`);

/**
 * The host key that the machine shows. Whether it is the right one is for the user to say.
 *
 * @throws when nothing answers
 */
export async function shownHostKey(host: string, port: number): Promise<string> {
  const args = ["-T", "10", "-t", "ed25519", "-p", String(port), host];
  const { stdout, stderr } = await exec("ssh-keyscan", args, { timeoutMs: 30_000 });
  const line = stdout.split("\n").find((one) => /^\S+ ssh-ed25519 \S+/.test(one));
  if (line) return line.trim().split(/\s+/).slice(1, 3).join(" ");
  const said = stderr
    .split("\n")
    .filter((one) => one !== "" && !one.startsWith("#"))
    .at(-1);
  throw new Error(
    `SSH of ${knownName(host, port)}: shows no ed25519 host key${said ? ` (${said})` : ""}; ` +
      "check address and port, and that sshd runs there",
  );
}

/** Whether the user's own known_hosts has this key for the host. */
export async function isKnownHost(host: string, port: number, key: string): Promise<boolean> {
  const { stdout } = await exec("ssh-keygen", ["-F", knownName(host, port)]);
  return stdout.split("\n").some((line) => line.trim().split(/\s+/).slice(1, 3).join(" ") === key);
}

/** Opens the connection; a password, where one is needed, is asked for by OpenSSH itself. */
export async function openRootShell(args: LoginArgs): Promise<RootShell> {
  const { host, port, hostKey, keyFile } = args;
  const folder = mkdtempSync(join(tmpdir(), "homelab-init-"));
  const knownHosts = join(folder, "known_hosts");
  writeFileSync(knownHosts, `${knownName(host, port)} ${hostKey}\n`);
  const settings = {
    UserKnownHostsFile: knownHosts,
    GlobalKnownHostsFile: "/dev/null",
    StrictHostKeyChecking: "yes",
    ConnectTimeout: "15",
    ServerAliveInterval: "15",
    LogLevel: "ERROR",
    ControlMaster: "auto",
    ControlPath: join(folder, "s"),
    ControlPersist: "600",
    ...(keyFile ? { IdentityFile: keyFile, IdentitiesOnly: "yes" } : {}),
    // Nobody is there to type a password.
    ...(keyFile || !process.stdin.isTTY ? { BatchMode: "yes" } : {}),
  };
  const options = Object.entries(settings).flatMap(([name, value]) => ["-o", `${name}="${value}"`]);
  const ssh = [...(keyFile ? ["-F", "none"] : []), ...options, "-p", String(port), `root@${host}`];
  const close = async () => {
    await exec("ssh", ["-O", "exit", ...ssh], { timeoutMs: 10_000 }).catch(() => undefined);
    rmSync(folder, { recursive: true, force: true });
  };
  const run = async (what: string, script: string) => {
    // Braces: bash reads the whole script before it runs it.
    const stdin = `{\n${script}\n} </dev/null\n`;
    const { code, stdout, stderr } = await exec("ssh", ["-T", ...ssh, "bash -s"], { stdin });
    if (code === 0) return stdout;
    const said = (stderr.trim() || stdout.trim()).split("\n").slice(-5).join("\n");
    const remedy =
      code === 255
        ? `; let root log in there with a key of yours: ssh-copy-id ${port === 22 ? "" : `-p ${port} `}root@${host}`
        : "";
    throw new Error(`unable to ${what} on ${host}: ${said || `exit status ${code}`}${remedy}`);
  };
  try {
    await run("log in as root", "true");
  } catch (error) {
    await close();
    throw error;
  }
  return { run, [Symbol.asyncDispose]: close };
}
