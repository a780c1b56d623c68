import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
} from "node:fs";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";
import type { Places } from "./places";
import { run } from "../system/exec";
import { broughtGo, oldestGo } from "./versions";

/** Compares dotted version numbers: negative when `a` is older. */
export function compareVersions(a: string, b: string): number {
  const numbers = (text: string) => text.split(".").map((part) => Number.parseInt(part, 10) || 0);
  const [x, y] = [numbers(a), numbers(b)];
  for (let i = 0; i < Math.max(x.length, y.length); i++)
    if ((x[i] ?? 0) !== (y[i] ?? 0)) return (x[i] ?? 0) - (y[i] ?? 0);
  return 0;
}

/** `go version go1.26.8 linux/amd64` -> `1.26.8`. */
export const parseGoVersion = (text: string): string | undefined =>
  /\bgo(\d+(?:\.\d+)*)/.exec(text)?.[1];

// Newer Go would switch by itself to other compilers; which one is used is decided here.
const plainGo = { GOTOOLCHAIN: "local", GOFLAGS: "", GOWORK: "off" };

/** Go's settings stay the user's; what it counts about its own use goes into the cache. */
export function goHome(places: Places): { GOENV: string; XDG_CONFIG_HOME: string } {
  const config = process.env.XDG_CONFIG_HOME ?? join(homedir(), ".config");
  return {
    GOENV: process.env.GOENV ?? join(config, "go", "env"),
    XDG_CONFIG_HOME: join(places.goSdks, "..", "config"),
  };
}

async function versionOf(go: string, places: Places): Promise<string | undefined> {
  try {
    return parseGoVersion(await run(go, ["version"], { env: { ...plainGo, ...goHome(places) } }));
  } catch {
    return undefined;
  }
}

/**
 * The `go` command to compile with: the machine's own where it is new enough, else one that is
 * brought into the cache. The machine itself is left as it is.
 */
export async function findGo(places: Places, note: (text: string) => void): Promise<string> {
  const own = await versionOf("go", places);
  if (own && compareVersions(own, oldestGo) >= 0) return "go";
  const brought = join(places.goSdks, broughtGo, "bin", "go");
  if (!existsSync(brought)) {
    note(`Go ${broughtGo}`);
    await bringGo(places, own ? "go" : await debianGo(places));
  }
  return brought;
}

/** Any Go can download the newer one, which is published as a module, and checks its sum. */
async function bringGo(places: Places, anyGo: string): Promise<void> {
  mkdirSync(places.goSdks, { recursive: true });
  const work = mkdtempSync(join(places.goSdks, ".bring-"));
  try {
    const platform = `linux-${process.arch === "x64" ? "amd64" : process.arch}`;
    const module = `golang.org/toolchain@v0.0.1-go${broughtGo}.${platform}`;
    const modules = join(work, "mod");
    const home = goHome(places);
    const env = { ...plainGo, ...home, GOMODCACHE: modules, GOPATH: work, GOFLAGS: "-modcacherw" };
    const text = await run(anyGo, ["mod", "download", "-json", module], { cwd: work, env });
    const { Dir } = JSON.parse(text) as { Dir: string };
    for (const folder of ["bin", join("pkg", "tool")]) makeExecutable(join(Dir, folder));
    renameSync(Dir, join(places.goSdks, broughtGo));
  } catch (cause) {
    throw new Error(
      `Go: unable to bring ${broughtGo}; install Go ${oldestGo} or newer\n${String(cause)}`,
      { cause },
    );
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** A module's zip keeps no modes. */
function makeExecutable(folder: string): void {
  if (!existsSync(folder)) return;
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true }))
    if (entry.isFile()) chmodSync(join(entry.parentPath, entry.name), 0o755);
}

/** Debian's own Go, unpacked beside the system rather than installed into it. */
async function debianGo(places: Places): Promise<string> {
  const folder = join(places.goSdks, "debian");
  const command = () => {
    const lib = join(folder, "usr", "lib");
    const name = existsSync(lib)
      ? readdirSync(lib).find((entry) => /^go-1/.test(entry))
      : undefined;
    return name && join(lib, name, "bin", "go");
  };
  const present = command();
  if (present) return present;
  mkdirSync(places.goSdks, { recursive: true });
  const work = mkdtempSync(join(places.goSdks, ".debian-"));
  const env = { PATH: [process.env.PATH, "/usr/bin", "/bin"].join(delimiter), LC_ALL: "C" };
  try {
    const depends = await run("apt-cache", ["depends", "golang-go"], { env });
    const name = /Depends: (golang-[\d.]+)-go/.exec(depends)?.[1];
    if (!name) throw new Error("apt knows no package golang-go");
    await run("apt-get", ["download", `${name}-go`, `${name}-src`], { cwd: work, env });
    for (const file of readdirSync(work).filter((entry) => entry.endsWith(".deb")))
      await run("dpkg-deb", ["--extract", join(work, file), join(work, "root")], { env });
    renameSync(join(work, "root"), folder);
  } catch (cause) {
    throw new Error(
      `Go: not found on this machine, and Debian's could not be fetched; ` +
        `install Go ${oldestGo} or newer\n${String(cause)}`,
      { cause },
    );
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  const go = command();
  if (!go)
    throw new Error(`Go: Debian's packages have no go command; install Go ${oldestGo} or newer`);
  return go;
}
