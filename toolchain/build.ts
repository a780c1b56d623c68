import { mkdirSync, renameSync, rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { findGo, goHome } from "./goCompiler";
import { buildLanguageHost } from "./languageHost";
import type { Note } from "../system/progress";
import type { Part } from "./parts";
import type { Places } from "./places";
import { run } from "../system/exec";
import { writeStamp } from "./stamps";

/**
 * Makes parts from sources: the CLI and the plugins as one Go module, whose shared packages are
 * compiled once. What was compiled stays in the cache, so an interrupted build goes on from there.
 */
export async function buildParts(places: Places, parts: Part[], note: Note): Promise<void> {
  rmSync(places.work, { recursive: true, force: true });
  mkdirSync(places.work, { recursive: true });
  try {
    for (const part of parts.filter(({ goPackage }) => !goPackage)) {
      note(part.name);
      await buildLanguageHost(places);
      finish(places, part);
    }
    const go = parts.filter(({ goPackage }) => goPackage);
    if (go.length > 0) await buildGo(places, go, note);
  } finally {
    rmSync(places.work, { recursive: true, force: true });
  }
}

async function buildGo(places: Places, parts: Part[], note: Note): Promise<void> {
  const go = await findGo(places, note);
  const packages = parts.map(({ goPackage }) => goPackage ?? "");
  const options = goOptions(places);
  note("fetching sources");
  const listed = await run(go, ["list", ...goFlags, "-deps", ...packages], {
    ...options,
    onLine: (line) => line.startsWith("go: ") && note(line.slice("go: ".length)),
  });
  const total = listed.trim().split("\n").length;
  const noteCompiled = compileNotes(total, note);
  const versions = parts.map(
    (part) => `-ldflags=${part.goPackage}=-s -w -X ${part.versionVariable}`,
  );
  await run(
    go,
    [
      "build",
      ...goFlags,
      "-buildvcs=false",
      "-v",
      ...versions,
      "-o",
      `${places.work}/`,
      ...packages,
    ],
    { ...options, onLine: noteCompiled },
  );
  for (const part of parts) {
    mkdirSync(dirname(part.file), { recursive: true });
    renameSync(join(places.work, basename(part.goPackage ?? "")), part.file);
    finish(places, part);
  }
}

/** `-modcacherw`: caches that their owner can remove. */
export const goFlags = ["-mod=readonly", "-modcacherw", "-trimpath"] as const;

export function goOptions(places: Places): { cwd: string; env: Record<string, string> } {
  return {
    cwd: places.goSource,
    env: {
      ...goHome(places),
      GOCACHE: places.goCache,
      GOMODCACHE: places.goModules,
      // What the user set for other projects must not change what is built here.
      GOFLAGS: "",
      GOWORK: "off",
      GOTOOLCHAIN: "local",
      CGO_ENABLED: "0",
    },
  };
}

/** `go build -v` names each package as it compiles it; those in the cache are not named. */
export function compileNotes(total: number, note: Note): (line: string) => void {
  let compiled = 0;
  note(`compiling up to ${total} packages`);
  return (line) => {
    if (line === "" || line.startsWith("go: ") || line.startsWith("#")) return;
    compiled += 1;
    note(`compiled ${compiled} of up to ${total} packages: ${line}`, compiled / total);
  };
}

function finish(places: Places, part: Part): void {
  writeStamp(places.stamps, part.name, { origin: "built here", key: part.buildKey });
}
