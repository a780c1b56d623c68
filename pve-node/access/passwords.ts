import { spawn } from "node:child_process";
import { timingSafeEqual } from "node:crypto";
import { readText, writeAtomic } from "../os/files";

/** SHA-256 crypt by openssl; the password goes through stdin, where no other process sees it. */
async function crypt(password: string, salt?: string): Promise<string> {
  const args = ["passwd", "-5", ...(salt ? ["-salt", salt] : []), "-stdin"];
  return new Promise((resolve, reject) => {
    const child = spawn("openssl", args, { stdio: ["pipe", "pipe", "ignore"] });
    let out = "";
    child.stdout.on("data", (chunk: Buffer) => (out += chunk.toString()));
    child.stdin.on("error", () => undefined); // its exit status tells
    child.on("error", reject);
    child.on("close", (code) => {
      if (code === 0) resolve(out.trim());
      else reject(new Error(`openssl passwd: exit status ${code}`));
    });
    child.stdin.end(`${password}\n`);
  });
}

/** `name:hash:` per line. */
async function readHashes(file: string): Promise<Map<string, string>> {
  const lines = ((await readText(file)) ?? "").split("\n");
  return new Map(
    lines.flatMap((l) => (/^([^:\s]+):([^:]*):/.exec(l)?.slice(1, 3) ? [pair(l)] : [])),
  );
}

function pair(line: string): [string, string] {
  const [name = "", hash = ""] = line.split(":");
  return [name, hash];
}

async function writeHashes(file: string, hashes: Map<string, string>): Promise<void> {
  const lines = [...hashes].map(([name, hash]) => `${name}:${hash}:\n`);
  await writeAtomic(file, lines.join(""), 0o600);
}

/** True when the password is the one of the file's entry. */
export async function verifyPassword(file: string, name: string, password: string) {
  const hash = (await readHashes(file)).get(name);
  const salt = /^\$5\$([^$]+)\$/.exec(hash ?? "")?.[1];
  // An unknown name costs as much time as a wrong password.
  const given = Buffer.from(await crypt(password, salt ?? "unknownname"));
  const wanted = Buffer.from(hash ?? "");
  return salt !== undefined && given.length === wanted.length && timingSafeEqual(given, wanted);
}

export async function setPassword(file: string, name: string, password: string): Promise<void> {
  const hashes = await readHashes(file);
  hashes.set(name, await crypt(password));
  await writeHashes(file, hashes);
}

export async function removePassword(file: string, name: string): Promise<void> {
  const hashes = await readHashes(file);
  if (hashes.delete(name)) await writeHashes(file, hashes);
}
