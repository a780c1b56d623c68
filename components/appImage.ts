import * as pulumi from "@pulumi/pulumi";
import { createHash, type Hash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";

/** The Docker build context of a web service, known by what it is made from. */
export interface AppImage {
  /** Folder, relative to the program's. It is read when the image is built, and not before. */
  context: pulumi.Input<string>;
  /**
   * SHA-256 over what the context is made from, in hex: another one is another image. For the package's own
   * service these are its sources, the lockfile, and the version and architecture of Node.js, so that a preview
   * needs no context and another checkout has the same digest.
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

/** The checkout, or the folder of what was made of it in an installed package, which has no lockfile. */
const PACKAGE = resolve(__dirname, "..");
const LOCK = "package-lock.json";

/**
 * The web service of this package.
 *
 * @param context folder of its build context, relative to the program's; `npx homelab-image <context>` makes it
 * @throws RunError when an update has no build context to build from
 */
export function readAppImage(context: string): AppImage {
  const isCheckout = existsSync(join(PACKAGE, LOCK));
  const maker = isCheckout ? "npx tsx app/image.ts" : "npx homelab-image";
  refuseWithout(context, `so the web service cannot be built; make it with: ${maker} ${context}`);
  const files = [...(isCheckout ? [LOCK] : []), ...filesBelow(PACKAGE, "app")];
  const hash = hashOf(PACKAGE, files).update(`${process.version} ${process.arch}`);
  return { context, digest: hash.digest("hex") };
}

/**
 * A web service of your own: any folder with a Dockerfile. The image must run as user 10001 with a file system
 * that cannot be written, listen on PORT, and answer the load balancer's health check.
 *
 * @param context the folder, relative to the program's
 * @throws RunError when an update has no Dockerfile to build from
 */
export function readImageContext(context: string): AppImage {
  refuseWithout(context, "so the web service cannot be built; give a folder that has one");
  const files = existsSync(context) ? filesBelow(context, ".") : [];
  return { context, digest: hashOf(context, files).digest("hex") };
}

function refuseWithout(context: string, remedy: string): void {
  if (pulumi.runtime.isDryRun() || existsSync(join(context, "Dockerfile"))) return;
  throw new pulumi.RunError(
    `image context ${JSON.stringify(context)} has no Dockerfile, ${remedy}`,
  );
}

function hashOf(root: string, files: readonly string[]): Hash {
  const hash = createHash("sha256");
  for (const file of files) hash.update(`${file}\0`).update(readFileSync(join(root, file)));
  return hash;
}

/** Paths below the root, sorted, so that every checkout has them in one order. */
function filesBelow(root: string, folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
    .sort();
}
