import { mkdir, readFile, stat, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { run } from "../../system/exec";
import type { LabPaths } from "../../system/labPaths";
import { docker } from "./docker";
import { accessFiles, containerName } from "./names";
import { writePrivate } from "./boxState";

/** What reaching the node takes, as it is in the files of `.lab/pve`. */
export interface NodeSecrets {
  ca: string;
  password: string;
  /** `user@realm!name=secret`. */
  token: string;
  /** `ssh-ed25519 AAAA…`. */
  sshHostKey: string;
}

/** Files of the node, in the order they are read. */
const nodeFiles = [
  "/etc/pve/pve-root-ca.pem",
  "/etc/ssh/ssh_host_ed25519_key.pub",
  "/etc/pve/priv/lab-root-password",
  "/etc/pve/priv/token.cfg",
];

/** Adds this lab's key to the node and fetches its secrets. Fails while the node still boots. */
export async function exchangeKeys(paths: LabPaths, sshPort: number): Promise<NodeSecrets> {
  const files = accessFiles(paths);
  const publicKey = await ensureKeyPair(files.key);
  // Secrets go through standard input and output: arguments would be seen by others.
  const script =
    'set -eu; read -r key; file=/etc/pve/priv/authorized_keys; [ -f "$file" ]\n' +
    'grep -qxF "$key" "$file" || printf "%s\\n" "$key" >> "$file"\n' +
    nodeFiles.map((file) => `cat ${file}; printf "\\0"`).join("\n");
  const answer = await docker(["exec", "-i", containerName(paths), "sh", "-c", script], {
    stdin: `${publicKey}\n`,
  });
  const secrets = parseAnswer(answer);
  await mkdir(dirname(files.ca), { recursive: true, mode: 0o700 });
  await writeFile(files.ca, secrets.ca);
  await writeFile(files.knownHosts, `[127.0.0.1]:${sshPort} ${secrets.sshHostKey}\n`);
  await writePrivate(files.password, `${secrets.password}\n`);
  await writePrivate(files.token, `${secrets.token}\n`);
  return secrets;
}

/** The secrets an earlier exchange left, or undefined when one is missing. */
export async function knownSecrets(paths: LabPaths): Promise<NodeSecrets | undefined> {
  const files = accessFiles(paths);
  const read = (file: string) => readFile(file, "utf8").then((text) => text.trim());
  try {
    const [ca, password, token, hosts] = await Promise.all(
      [files.ca, files.password, files.token, files.knownHosts].map(read),
    );
    await stat(files.key);
    return { ca: `${ca!}\n`, password: password!, token: token!, sshHostKey: keyOf(hosts!) };
  } catch {
    return undefined;
  }
}

/** Splits what the node's files held. @throws when one is empty or has another form. */
export function parseAnswer(answer: string): NodeSecrets {
  const [ca = "", hostKey = "", password = "", tokens = ""] = answer.split("\0");
  const [id, secret] = (/^(\S+!pulumi)\s+(\S+)$/m.exec(tokens) ?? []).slice(1);
  const [type, key] = hostKey.trim().split(/\s+/);
  if (!ca.includes("BEGIN CERTIFICATE") || !password.trim() || !id || !secret || !type || !key) {
    throw new Error(
      `embedded node: its access files are incomplete; expected contents in ${nodeFiles.join(", ")}`,
    );
  }
  return { ca, password: password.trim(), token: `${id}=${secret}`, sshHostKey: `${type} ${key}` };
}

/** `[host]:port type key` without the host. */
const keyOf = (knownHosts: string): string => knownHosts.split(/\s+/).slice(1, 3).join(" ");

async function ensureKeyPair(file: string): Promise<string> {
  const publicFile = `${file}.pub`;
  const existing = await readFile(publicFile, "utf8").catch(() => undefined);
  if (existing && (await stat(file).catch(() => undefined))) return existing.trim();
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  // -f would ask before it overwrites a half of a pair; the answer comes from standard input.
  const options = ["-q", "-t", "ed25519", "-N", "", "-C", "homelab", "-f", file];
  await run("ssh-keygen", options, { stdin: "y\n" });
  return (await readFile(publicFile, "utf8")).trim();
}
