import { existsSync } from "node:fs";
import { join } from "node:path";
import { type Places, pluginFile } from "./places";
import { digestOf, type Origin, readStamp } from "./stamps";
import { plugins, pulumiVersion } from "./versions";

/** One executable of the toolchain. */
export interface Part {
  name: string;
  version: string;
  file: string;
  /** Go package to compile; absent for what is not Go. */
  goPackage?: string;
  /** Linker setting by which the part learns its version. */
  versionVariable?: string;
  /** Digest of what a build here is made of. */
  buildKey: string;
  /** Digest of what an official download is. */
  officialKey: string;
}

// Part of every key, so that a change of the way parts are made makes them anew.
const recipe = "1";

/** All parts, the CLI first. */
export function partsOf(places: Places): Part[] {
  const source = (name: string) => join(places.goSource, name);
  const module = ["go.mod", "go.sum", "stubs", "shim"].map(source);
  const shared = digestOf({ texts: [recipe, process.arch], paths: module });
  const official = (name: string, version: string) => digestOf({ texts: [recipe, name, version] });
  return [
    {
      name: "pulumi",
      version: pulumiVersion,
      file: places.pulumi,
      goPackage: "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi",
      versionVariable: `github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v${pulumiVersion}`,
      buildKey: digestOf({ texts: [shared, pulumiVersion] }),
      officialKey: official("pulumi", pulumiVersion),
    },
    {
      name: "pulumi-language-nodejs",
      version: pulumiVersion,
      file: places.languageHost,
      buildKey: digestOf({ texts: [recipe, pulumiVersion], paths: [places.hostSource] }),
      officialKey: official("pulumi-language-nodejs", pulumiVersion),
    },
    ...plugins.map((plugin) => ({
      name: plugin.name,
      version: plugin.version,
      file: pluginFile(places, plugin),
      goPackage: `homelab/toolchain/${plugin.name}`,
      versionVariable: `main.version=${plugin.version}`,
      buildKey: digestOf({ texts: [shared, plugin.version], paths: [source(plugin.name)] }),
      officialKey: official(plugin.name, plugin.version),
    })),
  ];
}

/** Where a part in place comes from, or undefined when it is missing or of another time. */
export function originOf(places: Places, part: Part): Origin | undefined {
  const stamp = readStamp(places.stamps, part.name);
  if (!stamp || !existsSync(part.file)) return undefined;
  const wanted = stamp.origin === "official" ? part.officialKey : part.buildKey;
  return stamp.key === wanted ? stamp.origin : undefined;
}
