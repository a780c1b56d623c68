#!/usr/bin/env node
/**
 * Fills the Docker build context of the service's image: `npx tsx app/image.ts <folder>`, or `npx homelab-image <folder>`
 * where the package is installed.
 *
 * The image starts from nothing: this machine's own node, the libraries it loads and one bundle. So
 * it needs no registry and no package manager. The same inputs give the same bytes.
 */
import { resolve } from "node:path";
import { fillContext } from "./image/context";

const [folder, extra] = process.argv.slice(2);
if (!folder || extra) {
  process.stderr.write("usage: npx tsx app/image.ts <folder>\n");
  process.exitCode = 2;
} else {
  fillContext(resolve(folder))
    .then(({ digest, changed }) => {
      process.stdout.write(`${folder}: ${changed ? "written" : "unchanged"}, sha256:${digest}\n`);
    })
    .catch((error: unknown) => {
      process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
      process.exitCode = 1;
    });
}
