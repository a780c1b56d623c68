import { join } from "node:path";
import type { LabPaths } from "../system/labPaths";
import type { Plugin } from "./versions";

/** Where the toolchain's files are. All of it is in the cache that labs share. */
export interface Places {
  /** `PULUMI_HOME`: ours, never the user's own. */
  home: string;
  bin: string;
  pulumi: string;
  languageHost: string;
  /** One file for each finished part, see stamps.ts. */
  stamps: string;
  /** Half-made parts; on the same file system as `home`, so that they can be moved there. */
  work: string;
  goCache: string;
  goModules: string;
  /** Go compilers that were brought. */
  goSdks: string;
  /** Go module and language host in the checkout. */
  goSource: string;
  hostSource: string;
}

export function placesOf(paths: LabPaths): Places {
  const home = join(paths.cache, "pulumi");
  const bin = join(home, "bin");
  return {
    home,
    bin,
    pulumi: join(bin, "pulumi"),
    languageHost: join(bin, "pulumi-language-nodejs"),
    stamps: join(home, ".stamps"),
    work: join(home, ".work"),
    goCache: join(paths.cache, "go", "build"),
    goModules: join(paths.cache, "go", "mod"),
    goSdks: join(paths.cache, "go", "sdk"),
    goSource: join(paths.root, "toolchain", "go"),
    hostSource: join(paths.root, "toolchain", "language-host"),
  };
}

/** The file that Pulumi starts for a plugin; folder and file name are Pulumi's own scheme. */
export function pluginFile(places: Places, { name, version }: Plugin): string {
  return join(places.home, "plugins", `resource-${name}-v${version}`, `pulumi-resource-${name}`);
}
