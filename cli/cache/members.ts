import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { LabPaths } from "../../system/labPaths";

/** One part of an exported cache: a compressed archive inside of the file. */
export interface Member {
  /** `node`: the archive is `node.tar.gz`. */
  name: string;
  /** What it is, for progress lines. */
  what: string;
  /** Folder that its paths are relative to. */
  folder: string;
  /** Paths in that folder, in the order they are put back: what says that others are whole comes last. */
  paths: string[];
}

/** Lists the sums of all members, as `sha256sum --check` reads them. */
export const sumsFile = "SHA256SUMS";

/** What the file was made for: another machine must be of the same kind. */
export const aboutFile = "about.json";

/** Docker's images; they are no files of the cache. */
export const imagesFile = "images.tar.gz";

export const fileOf = ({ name }: Pick<Member, "name">): string => `${name}.tar.gz`;

/** What `about.json` says. */
export interface About {
  format: 1;
  /** As Node.js names it. */
  arch: string;
  /** `./lab --version`'s first line. */
  lab: string;
  /** SHA-256 of package-lock.json, which the npm packages belong to. */
  lockfile: string;
  images: string[];
}

/** The members that files are in; `lab` itself unpacks the first two on a machine that has no Node.js yet. */
export function membersOf(paths: LabPaths): Member[] {
  const below = (name: string) => join(paths.cache, name);
  return [
    { name: "node", what: "Node.js", folder: below("node"), paths: versionsIn(below("node")) },
    { name: "packages", what: "npm packages", folder: paths.root, paths: ["node_modules"] },
    {
      name: "pulumi",
      what: "Pulumi and its plugins",
      folder: below("pulumi"),
      paths: ["bin", "plugins", ".stamps"],
    },
    { name: "template", what: "CT template", folder: below("template"), paths: ["."] },
    { name: "apt", what: "Debian packages", folder: below("apt"), paths: ["."] },
  ];
}

/** `v24.21.0` and the like; what a bring that was killed left is no version. */
export const versionsIn = (folder: string): string[] =>
  existsSync(folder) ? readdirSync(folder).filter((name) => /^v\d+\./.test(name)) : [];
