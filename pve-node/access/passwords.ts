import { spawn } from "node:child_process";
import { timingSafeEqual } from "node:crypto";
import { parameterError } from "../errors";
import { withFileLock } from "../os/fileLock";
import { exclusive, readText, writeAtomic } from "../os/files";

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

/** @throws for a password with a line break: openssl would take its first line only */
export async function setPassword(file: string, name: string, password: string): Promise<void> {
  if (/\p{Cc}/u.test(password)) {
    throw parameterError({ password: "value contains control characters" });
  }
  const hash = await crypt(password);
  await changeHashes(file, (hashes) => hashes.set(name, hash));
}

export async function removePassword(file: string, name: string): Promise<void> {
  await changeHashes(file, (hashes) => hashes.delete(name));
}

/** Two changes at once, of this process or another one, follow each other. */
async function changeHashes(
  file: string,
  change: (hashes: Map<string, string>) => unknown,
): Promise<void> {
  await exclusive(file, () =>
    withFileLock(`${file}.lock`, 10, async () => {
      const hashes = await readHashes(file);
      change(hashes);
      await writeHashes(file, hashes);
    }),
  );
}
