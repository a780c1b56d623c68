import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

interface PackageJson {
  name?: string;
  version?: string;
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
  pulumi?: { resource?: boolean; name?: string; version?: string; server?: string };
}

interface LockFile {
  packages?: Record<string, { version?: string }>;
}

/** A provider plugin that an installed npm package needs. */
export interface RequiredPackage {
  name: string;
  version: string;
  /** Where the plugin is published; empty for the usual places. */
  server: string;
}

const readJson = <T>(file: string): T => JSON.parse(readFileSync(file, "utf8")) as T;

/** The nearest folder at or above `directory` that has `name` in it. */
function findUp(directory: string, name: string): string | undefined {
  for (let at = directory; ; at = dirname(at)) {
    if (existsSync(join(at, name))) return at;
    if (at === dirname(at)) return undefined;
  }
}

function packageFolders(modules: string): string[] {
  return readdirSync(modules, { withFileTypes: true })
    .filter((entry) => !entry.name.startsWith("."))
    .flatMap((entry) =>
      entry.name.startsWith("@")
        ? readdirSync(join(modules, entry.name)).map((name) => join(modules, entry.name, name))
        : [join(modules, entry.name)],
    );
}

const withoutPrefix = (name: string) => name.replace(/^@[^/]+\//, "").replace(/^pulumi-/, "");

/** Provider plugins of the npm packages that a program in `directory` can see. */
export function installedPackages(directory: string): RequiredPackage[] {
  const root = findUp(directory, "node_modules");
  if (root === undefined) return [];
  const found: RequiredPackage[] = [];
  for (const folder of packageFolders(join(root, "node_modules"))) {
    const file = join(folder, "package.json");
    if (!existsSync(file)) continue;
    const { name, version, pulumi } = readJson<PackageJson>(file);
    if (!pulumi?.resource) continue;
    const used = (pulumi.version ?? version ?? "").replace(/^v/, "");
    found.push({
      name: pulumi.name ?? withoutPrefix(name ?? ""),
      version: used === "" ? "" : `v${used}`,
      server: pulumi.server ?? "",
    });
  }
  return found;
}

/** npm packages of a program with their installed versions, for `pulumi about`. */
export function programDependencies(
  directory: string,
  transitive: boolean,
): { name: string; version: string }[] {
  const root = findUp(directory, "package.json");
  if (root === undefined) return [];
  const versions = new Map<string, string>();
  const installed = join(root, "node_modules", ".package-lock.json");
  if (existsSync(installed))
    for (const [path, { version }] of Object.entries(readJson<LockFile>(installed).packages ?? {}))
      if (version) versions.set(path.replace(/^node_modules\//, ""), version);
  if (transitive)
    return [...versions].map(([path, version]) => ({
      name: path.replace(/^.*node_modules\//, ""),
      version,
    }));
  const { dependencies, devDependencies } = readJson<PackageJson>(join(root, "package.json"));
  return Object.entries({ ...dependencies, ...devDependencies }).map(([name, wanted]) => ({
    name,
    version: versions.get(name) ?? wanted,
  }));
}
