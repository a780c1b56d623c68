import { existsSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";

export const APP_FOLDER = resolve(__dirname, "..");

/** Where an installed package has the service, bundled when it was packed; a checkout has its sources. */
const BUNDLED = join(APP_FOLDER, "server.cjs");

/** The service and its packages as one CommonJS file. */
export async function bundle(): Promise<string> {
  if (existsSync(BUNDLED)) return readFileSync(BUNDLED, "utf8");
  const { build } = await import("esbuild"); // late: most runs find nothing to do
  const result = await build({
    entryPoints: [join(APP_FOLDER, "main.ts")],
    bundle: true,
    platform: "node",
    target: "node22",
    format: "cjs",
    legalComments: "eof",
    external: ["pg-native", "pg-cloudflare"], // optional parts of pg that are never loaded here
    absWorkingDir: dirname(APP_FOLDER), // paths in comments do not depend on where the command runs
    write: false,
    logLevel: "silent",
  });
  const output = result.outputFiles[0];
  if (!output) throw new Error("esbuild: no output for app/main.ts, got none; check its version");
  return output.text;
}

/** Files that the service is made from, sorted. */
export function sourcesOf(names: string[]): string[] {
  const sources = names.filter((name) => /\.[cm]?[jt]s$/.test(name) && !name.endsWith(".d.ts"));
  const lock = join(APP_FOLDER, "..", "package-lock.json");
  const files = sources.map((name) => join(APP_FOLDER, name)).sort();
  // An installed package has no lock file, and its packages are in the bundle.
  return existsSync(lock) ? [...files, lock] : files;
}
