import * as pulumi from "@pulumi/pulumi";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";

/** The Docker build context of the web service, known by what it is made from. */
export interface AppImage {
  /** Folder, relative to the program's. It is read when the image is built, and not before. */
  context: pulumi.Input<string>;
  /**
   * SHA-256 over the service's sources, the lockfile, and the version and architecture of Node.js: what the
   * context is made from. So a preview needs no context, and another checkout has the same digest.
   */
  digest: pulumi.Input<string>;
}

/** An image that the app nodes pull themselves, which takes their way out to be open. */
export interface RegistryImage {
  /**
   * Name with tag or digest, for example `registry.example/web@sha256:…`. The image must run as user 10001
   * with a file system that cannot be written. Another reference restarts the service.
   */
  reference: pulumi.Input<string>;
}

const PACKAGE = resolve(__dirname, "..");

/**
 * The web service of this package.
 *
 * @throws RunError when an update has no build context to build from
 */
export function readAppImage(context: string): AppImage {
  if (!pulumi.runtime.isDryRun() && !existsSync(join(context, "Dockerfile"))) {
    throw new pulumi.RunError(
      `appImageContext: ${JSON.stringify(context)} has no Dockerfile, so the web service cannot be built; ` +
        "make it with: npx tsx app/image.ts .lab/app-image",
    );
  }
  return { context, digest: serviceDigest() };
}

function serviceDigest(): string {
  const hash = createHash("sha256");
  const files = ["package-lock.json", ...filesBelow("app")];
  for (const file of files) hash.update(`${file}\0`).update(readFileSync(join(PACKAGE, file)));
  return hash.update(`${process.version} ${process.arch}`).digest("hex");
}

/** Paths in the package, sorted, so that every checkout has them in one order. */
function filesBelow(folder: string): string[] {
  return readdirSync(join(PACKAGE, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(PACKAGE.length + 1))
    .sort();
}
