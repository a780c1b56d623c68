import { delimiter, dirname, join } from "node:path";
import type { LabPaths } from "../system/labPaths";
import type { Progress } from "../system/progress";
import type { Toolchain } from "./contract";
import { buildParts } from "./build";
import { withSharedLock } from "../system/sharedLock";
import { obtain } from "./obtain";
import { downloadParts, officialReachable, sumOf } from "./official";
import { originOf, type Part, partsOf } from "./parts";
import { type Places, placesOf } from "./places";
import type { Origin } from "./stamps";

/**
 * Gives the Pulumi CLI, its language host and the provider plugins, all at the versions of the npm
 * packages. What is missing is downloaded where Pulumi's site answers and a checksum is pinned here, else
 * built from sources. `HOMELAB_TOOLCHAIN` set to `official` or `build` decides instead of the sites.
 */
export async function ensureToolchain(paths: LabPaths, progress: Progress): Promise<Toolchain> {
  const places = placesOf(paths);
  const parts = partsOf(places);
  const wish = wishedOrigin(process.env.HOMELAB_TOOLCHAIN);
  if (missingParts(places, parts, wish).length > 0) await complete(places, parts, wish, progress);
  return describe(paths, places, parts);
}

/** @throws when the variable has another value than those documented. */
export function wishedOrigin(value: string | undefined): Origin | undefined {
  if (value === undefined || value === "") return undefined;
  if (value === "official") return "official";
  if (value === "build") return "built here";
  throw new Error(
    `HOMELAB_TOOLCHAIN: unknown value, got ${JSON.stringify(value)}; official or build`,
  );
}

function missingParts(places: Places, parts: Part[], wish: Origin | undefined): Part[] {
  return parts.filter((part) => {
    const origin = originOf(places, part);
    return origin === undefined || (wish !== undefined && origin !== wish);
  });
}

async function complete(
  places: Places,
  parts: Part[],
  wish: Origin | undefined,
  progress: Progress,
): Promise<void> {
  await progress.step("toolchain: Pulumi CLI and provider plugins", async (note) => {
    const waiting = (pid: number) => note(`waiting for another lab that builds it (pid ${pid})`);
    await withSharedLock(join(places.home, ".lock"), waiting, async () => {
      await obtain(wish, {
        officialReachable: () => officialReachable(),
        isPinned: (part) => sumOf(part) !== undefined,
        download: (missing) => downloadParts(places, missing, note),
        build: (missing) => buildParts(places, missing, note),
        missing: () => missingParts(places, parts, wish),
        note,
        warn: (text) => progress.warn(text),
      });
    });
  });
}

function describe(paths: LabPaths, places: Places, parts: Part[]): Toolchain {
  const built = parts.some((part) => originOf(places, part) === "built here");
  const before = [dirname(process.execPath), places.bin];
  const after = (process.env.PATH ?? "").split(delimiter).filter((dir) => !before.includes(dir));
  return {
    pulumi: places.pulumi,
    env: {
      PATH: [...before, ...after].join(delimiter),
      PULUMI_HOME: places.home,
      PULUMI_SKIP_UPDATE_CHECK: "true",
      // Types are checked by `npm run typecheck`; a preview should not take seconds for it.
      PULUMI_NODEJS_TRANSPILE_ONLY: "true",
      NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE ?? join(paths.cache, "compile"),
      ...(built ? { PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true" } : {}),
    },
    parts: partsThere(places, parts),
  };
}

/** What is there of the toolchain, without bringing anything. */
export function installedParts(paths: LabPaths): Toolchain["parts"] {
  const places = placesOf(paths);
  return partsThere(places, partsOf(places));
}

/** True where nothing of it is missing, so that `ensureToolchain` brings nothing. */
export function toolchainIsThere(paths: LabPaths): boolean {
  const places = placesOf(paths);
  return missingParts(places, partsOf(places), undefined).length === 0;
}

function partsThere(places: Places, parts: Part[]): Toolchain["parts"] {
  return parts.flatMap((part) => {
    const origin = originOf(places, part);
    return origin ? [{ name: part.name, version: part.version, origin }] : [];
  });
}
