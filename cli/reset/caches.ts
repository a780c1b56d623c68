import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { exec, run } from "../../system/exec";

/** A cache of this user: what it holds, and where it is. */
export interface CacheEntry {
  /** Folder, or `Docker image NAME`. */
  place: string;
  size: string;
}

const ourImages = ["images", "--filter", "reference=homelab/*"];

export async function listCaches(cache: string): Promise<CacheEntry[]> {
  const folders = existsSync(cache) ? readdirSync(cache).map((name) => join(cache, name)) : [];
  const entries: CacheEntry[] = [];
  for (const place of folders) {
    const [size = "?"] = (await exec("du", ["-sh", place])).stdout.split("\t");
    entries.push({ place, size });
  }
  const format = "Docker image {{.Repository}}:{{.Tag}}\t{{.Size}}";
  const images = await exec("docker", [...ourImages, "--format", format]).catch(() => undefined);
  for (const line of images?.stdout.split("\n") ?? []) {
    const [place, size] = line.split("\t");
    if (place && size) entries.push({ place, size });
  }
  return entries;
}

/** Removes all of them; an image that another lab runs on stays. */
export async function removeCaches(cache: string): Promise<void> {
  if (existsSync(cache)) {
    await run("chmod", ["-R", "u+w", cache]); // Go keeps its modules read-only
    await run("rm", ["-rf", cache]);
  }
  const images = await exec("docker", [...ourImages, "--format", "{{.Repository}}:{{.Tag}}"]).catch(
    () => undefined,
  );
  for (const image of images?.stdout.split("\n").filter(Boolean) ?? []) {
    await exec("docker", ["image", "rm", image]);
  }
}
