import { chmodSync, copyFileSync, mkdirSync, renameSync } from "node:fs";
import { basename, join } from "node:path";
import type { Places } from "./places";
import { pulumiVersion } from "./versions";

/**
 * Bundles the language host into one file: it then needs no packages of a program, and starts in a
 * third of the time, which is on the path of every preview.
 */
export async function buildLanguageHost(places: Places): Promise<void> {
  const { build } = await import("esbuild");
  mkdirSync(places.bin, { recursive: true });
  const made = join(places.work, basename(places.languageHost));
  await build({
    entryPoints: [join(places.hostSource, "host.ts")],
    bundle: true,
    platform: "node",
    target: "node22",
    minify: true,
    outfile: made,
    banner: { js: "#!/usr/bin/env node" },
    define: { "process.env.LANGUAGE_HOST_VERSION": JSON.stringify(pulumiVersion) },
    logLevel: "silent",
  });
  chmodSync(made, 0o755);
  // Pulumi starts it for dynamic providers; it must lie beside the CLI.
  const dynamic = "pulumi-resource-pulumi-nodejs";
  const copied = join(places.work, dynamic);
  copyFileSync(join(places.hostSource, dynamic), copied);
  chmodSync(copied, 0o755);
  renameSync(copied, join(places.bin, dynamic));
  renameSync(made, places.languageHost);
}
