import { existsSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";

/** Program in the box and the file it starts from. */
const PROGRAMS: Record<string, string> = {
  api: "main.ts",
  bootstrap: "bootstrap.ts",
  pct: join("pct", "main.ts"),
  pvesh: join("pvesh", "main.ts"),
};

/** Bundles the node's programs into `<outdir>/<program>.cjs`, one file each, for Node 22 and later. */
export async function bundle(outdir: string): Promise<void> {
  for (const file of Object.values(PROGRAMS)) {
    if (!existsSync(join(__dirname, file))) throw new Error(`${file}: missing in ${__dirname}`);
  }
  await build({
    entryPoints: Object.entries(PROGRAMS).map(([out, file]) => ({
      in: join(__dirname, file),
      out,
    })),
    outdir,
    outExtension: { ".js": ".cjs" },
    bundle: true,
    platform: "node",
    format: "cjs",
    target: "node22",
    sourcemap: "inline",
    sourcesContent: false,
    logLevel: "warning",
  });
}

if (require.main === module) {
  const outdir = process.argv[2];
  if (outdir === undefined) {
    console.error("bundle: no output directory given; use `tsx pve-node/bundle.ts DIR`");
    process.exit(2);
  }
  bundle(outdir).catch((error: unknown) => {
    console.error(error);
    process.exit(1);
  });
}
