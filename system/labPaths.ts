import { createHash } from "node:crypto";
import { realpathSync } from "node:fs";
import { homedir } from "node:os";
import { join, resolve } from "node:path";

/** Where one clone's lab keeps its things. Everything but `cache` is inside the checkout. */
export interface LabPaths {
  /** The checkout's root. */
  root: string;
  /** `lab-` and six hex digits of the checkout's path: names containers, networks and volumes. */
  id: string;
  /** `.lab`, ignored by git: remembered ports, keys, Pulumi's local state. */
  state: string;
  /** Shared by every lab of this user: toolchain, packages, images, templates. */
  cache: string;
}

/** Paths of the checkout that holds this file. `HOMELAB_CACHE` overrides the cache's place. */
export function labPaths(root: string = resolve(__dirname, "..")): LabPaths {
  const real = realpathSync(root);
  const digest = createHash("sha256").update(real).digest("hex").slice(0, 6);
  const cacheHome = process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache");
  return {
    root: real,
    id: `lab-${digest}`,
    state: join(real, ".lab"),
    cache: process.env.HOMELAB_CACHE ?? join(cacheHome, "homelab"),
  };
}
