import { mkdirSync, readdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fetchFile, siteHas } from "./fetchFile";
import { type Part, partsOf } from "./parts";
import type { Places } from "./places";
import { run } from "../system/exec";
import { writeStamp } from "./stamps";
import { plugins, pulumiSums, pulumiVersion, type Sums } from "./versions";

/** Where archives come from. */
export interface Site {
  /** `https://get.pulumi.com`, or a mirror of it. */
  url: string;
  /** Of the CLI's archive. */
  sums: Sums;
}

/** Pulumi's own site; `HOMELAB_PULUMI_SITE` names a mirror, whose files are checked in the same way. */
export const officialSite = (): Site => ({
  url: process.env.HOMELAB_PULUMI_SITE || "https://get.pulumi.com",
  sums: pulumiSums,
});

const archive = `pulumi-v${pulumiVersion}-linux-${process.arch}.tar.gz`;
const archiveUrl = ({ url }: Site) => `${url}/releases/sdk/${archive}`;

const probeSeconds = 4;

/** True when the site answers within a few seconds. */
export const officialReachable = (site: Site = officialSite()): Promise<boolean> =>
  siteHas(archiveUrl(site), probeSeconds);

/** The SHA-256 that a part's archive must have on this machine, where one is pinned. */
export function sumOf(part: Pick<Part, "name">, site: Site = officialSite()): string | undefined {
  const plugin = plugins.find(({ name }) => name === part.name);
  return (plugin ? plugin.sums : site.sums)?.[process.arch];
}

/**
 * Downloads parts, each checked against its pinned sum.
 *
 * @throws when a part has none, or what was downloaded has another one.
 */
export async function downloadParts(
  places: Places,
  parts: Part[],
  note: (text: string) => void,
  site: Site = officialSite(),
): Promise<void> {
  for (const { name, version } of parts.filter((part) => !sumOf(part, site))) {
    throw new Error(
      `toolchain: no SHA-256 of ${name} ${version} for linux-${process.arch} is pinned; ` +
        "unset HOMELAB_TOOLCHAIN to build it, or add what npx tsx toolchain/pin.ts prints",
    );
  }
  const missing = new Set(parts.map(({ name }) => name));
  if (missing.has("pulumi") || missing.has("pulumi-language-nodejs")) {
    note(archive);
    await downloadCli(places, site);
    // The archive replaces both, also one that was built here before.
    for (const part of partsOf(places).filter(({ name }) => name.startsWith("pulumi")))
      stamp(places, part);
  }
  for (const plugin of plugins.filter(({ name }) => missing.has(name))) {
    note(`plugin ${plugin.name} ${plugin.version}`);
    const words = ["plugin", "install", "resource", plugin.name, plugin.version];
    const options = ["--exact", "--reinstall", "--checksum", sumOf(plugin, site)!];
    const from = plugin.server ? ["--server", plugin.server] : [];
    await run(places.pulumi, [...words, ...options, ...from], {
      env: { PULUMI_HOME: places.home, PULUMI_SKIP_UPDATE_CHECK: "true" },
    });
    stamp(
      places,
      parts.find((part) => part.name === plugin.name)!,
    );
  }
}

/** Part by part: what is there need not be had again when a later one fails. */
function stamp(places: Places, part: Part): void {
  writeStamp(places.stamps, part.name, { origin: "official", key: part.officialKey });
}

async function downloadCli(places: Places, site: Site): Promise<void> {
  rmSync(places.work, { recursive: true, force: true });
  mkdirSync(places.work, { recursive: true });
  try {
    const file = join(places.work, archive);
    await fetchFile(archiveUrl(site), file, site.sums[process.arch]!);
    await run("tar", ["-xzf", file, "-C", places.work]);
    mkdirSync(places.bin, { recursive: true });
    const unpacked = join(places.work, "pulumi");
    for (const name of readdirSync(unpacked))
      renameSync(join(unpacked, name), join(places.bin, name));
  } finally {
    rmSync(places.work, { recursive: true, force: true });
  }
}
