import { createHash } from "node:crypto";
import { mkdirSync, readFileSync } from "node:fs";
import { dirname } from "node:path";
import { exec } from "../system/exec";

/** Run by a Node.js of its own, whose settings for networks are those of a company's machine. */
const script = `
const [method, url, file, seconds] = process.argv.slice(1);
fetch(url, { method, signal: AbortSignal.timeout(Number(seconds) * 1000) }).then(
  async (answer) => {
    if (!answer.ok) return fail(url + ": answered " + answer.status);
    if (file) require("node:fs").writeFileSync(file, Buffer.from(await answer.arrayBuffer()));
  },
).catch((error) => fail(url + ": " + (error.cause?.message ?? error.message)));
function fail(text) { console.error(text); process.exitCode = 1; }
`;

/**
 * Node.js trusts its own list of authorities alone and knows no proxies unless it is told when it
 * starts. Behind a proxy that looks into TLS nothing could be downloaded. What else runs here talks to
 * this machine and its lab, and must not go through a proxy.
 */
const network = { NODE_USE_ENV_PROXY: "1", NODE_USE_SYSTEM_CA: "1" };

async function request(method: string, url: string, file: string, seconds: number): Promise<void> {
  const words = ["-e", script, "--", method, url, file, String(seconds)];
  const { code, stderr } = await exec(process.execPath, words, { env: network });
  if (code !== 0) throw new Error(stderr.trim().split("\n").at(-1) || `${url}: cannot be read`);
}

/** A site answers a request for this file within so many seconds. */
export const siteHas = (url: string, seconds: number): Promise<boolean> =>
  request("HEAD", url, "", seconds).then(
    () => true,
    () => false,
  );

/**
 * Downloads a file whose SHA-256 is known.
 *
 * @throws when the site does not give it within 15 minutes, or gives another one.
 */
export async function fetchFile(url: string, file: string, sha256: string): Promise<void> {
  mkdirSync(dirname(file), { recursive: true });
  await request("GET", url, file, 15 * 60);
  const got = sha256Of(file);
  if (got !== sha256) throw new Error(`${url}: SHA-256 differs, got ${got}; expected ${sha256}`);
}

export const sha256Of = (file: string): string =>
  createHash("sha256").update(readFileSync(file)).digest("hex");
