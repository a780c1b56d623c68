import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { LabPaths } from "../../system/labPaths";

/** Version of this checkout. */
export function labVersion({ root }: Pick<LabPaths, "root">): string {
  const text = readFileSync(join(root, "package.json"), "utf8");
  return (JSON.parse(text) as { version: string }).version;
}
