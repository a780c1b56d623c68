import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Part } from "./parts";
import type { Places } from "./places";
import { run } from "../system/exec";
import { writeStamp } from "./stamps";
import { plugins, pulumiVersion } from "./versions";

/*
 * The way of machines with internet access. It has not been run where this project was written,
 * which cannot reach these sites: the names follow Pulumi's published install script and releases.
 * What it fails to give is built (obtain.ts).
 */

const archive = `pulumi-v${pulumiVersion}-linux-${process.arch}.tar.gz`;
const archiveUrl = `https://get.pulumi.com/releases/sdk/${archive}`;
const checksumsUrl =
  `https://github.com/pulumi/pulumi/releases/download/v${pulumiVersion}/` +
  `pulumi-${pulumiVersion}-checksums.txt`;

const probeMs = 4000;
const downloadMs = 15 * 60_000;

/** True when both sites answer that have what is needed, within a few seconds. */
export async function officialReachable(fetcher: typeof fetch = fetch): Promise<boolean> {
  const answers = async (url: string) => {
    const response = await fetcher(url, { method: "HEAD", signal: AbortSignal.timeout(probeMs) });
    return response.ok;
  };
  const all = await Promise.all(
    [archiveUrl, checksumsUrl].map((url) => answers(url).catch(() => false)),
  );
  return all.every(Boolean);
}

/** The SHA-256 of a file in a list of `<digest>  <name>` lines. */
export function checksumOf(list: string, name: string): string | undefined {
  for (const line of list.split("\n")) {
    const [digest, file] = line.trim().split(/\s+\*?/);
    if (file === name && digest && /^[0-9a-f]{64}$/.test(digest)) return digest;
  }
  return undefined;
}

async function download(url: string): Promise<Buffer> {
  const response = await fetch(url, { signal: AbortSignal.timeout(downloadMs) });
  if (!response.ok) throw new Error(`${url}: answered ${response.status}; try again later`);
  return Buffer.from(await response.arrayBuffer());
}

/** Downloads the CLI, checks it, and lets it download the plugins (it checks those itself). */
export async function downloadParts(
  places: Places,
  parts: Part[],
  note: (text: string) => void,
): Promise<void> {
  const missing = new Set(parts.map(({ name }) => name));
  if (missing.has("pulumi") || missing.has("pulumi-language-nodejs")) {
    note(archive);
    await downloadCli(places);
    for (const part of parts.filter(({ name }) => name.startsWith("pulumi"))) stamp(places, part);
  }
  for (const { name, version, server } of plugins.filter((plugin) => missing.has(plugin.name))) {
    note(`plugin ${name} ${version}`);
    const from = server ? ["--server", server] : [];
    const args = [
      "plugin",
      "install",
      "resource",
      name,
      version,
      "--exact",
      "--reinstall",
      ...from,
    ];
    await run(places.pulumi, args, {
      env: { PULUMI_HOME: places.home, PULUMI_SKIP_UPDATE_CHECK: "true" },
    });
    stamp(
      places,
      parts.find((part) => part.name === name)!,
    );
  }
}

/** Part by part: what is there need not be had again when a later one fails. */
function stamp(places: Places, part: Part): void {
  writeStamp(places.stamps, part.name, { origin: "official", key: part.officialKey });
}

async function downloadCli(places: Places): Promise<void> {
  const [data, checksums] = await Promise.all([download(archiveUrl), download(checksumsUrl)]);
  const expected = checksumOf(checksums.toString("utf8"), archive);
  const got = createHash("sha256").update(data).digest("hex");
  if (got !== expected)
    throw new Error(
      `${archive}: SHA-256 differs, got ${got}; expected ${expected ?? "none listed"}`,
    );
  rmSync(places.work, { recursive: true, force: true });
  mkdirSync(places.work, { recursive: true });
  try {
    const file = join(places.work, archive);
    writeFileSync(file, data);
    await run("tar", ["-xzf", file, "-C", places.work]);
    mkdirSync(places.bin, { recursive: true });
    const unpacked = join(places.work, "pulumi");
    for (const name of readdirSync(unpacked))
      renameSync(join(unpacked, name), join(places.bin, name));
  } finally {
    rmSync(places.work, { recursive: true, force: true });
  }
}
