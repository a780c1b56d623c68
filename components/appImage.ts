import * as pulumi from "@pulumi/pulumi";
import { createHash } from "node:crypto";
import { lstatSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { join } from "node:path";

/** The Docker build context of the web service, known by its content. */
export interface AppImage {
  /** Absolute path of the folder. */
  context: string;
  /** Hash over names, permissions and contents, but not over times. */
  digest: string;
}

/**
 * Reads the build context.
 *
 * @throws RunError when the folder has no Dockerfile, for nothing can be built then
 */
export function readAppImage(context: string): AppImage {
  const hash = createHash("sha256");
  try {
    readFileSync(join(context, "Dockerfile"));
    addFolder(hash, context, "");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new pulumi.RunError(
      `appImageContext: the web service's build context is not there (${code}), got "${context}"; ` +
        "make it with: npx tsx app/image.ts .lab/app-image",
    );
  }
  return { context, digest: hash.digest("hex") };
}

function addFolder(hash: ReturnType<typeof createHash>, root: string, folder: string): void {
  for (const name of readdirSync(join(root, folder)).sort()) {
    const path = join(folder, name);
    const stat = lstatSync(join(root, path));
    hash.update(`${path}\0${(stat.mode & 0o777).toString(8)}\0`);
    if (stat.isDirectory()) addFolder(hash, root, path);
    else if (stat.isSymbolicLink()) hash.update(readlinkSync(join(root, path)));
    else hash.update(readFileSync(join(root, path)));
    hash.update("\0");
  }
}
