import type { CtBuild } from "../stack/settings";

/** Volume id of a CT template: storage ids and archives as Proxmox VE names them. */
export const TEMPLATE_VOLUME =
  /^[A-Za-z][\w.-]*[A-Za-z0-9]:vztmpl\/[A-Za-z0-9][\w.+-]*\.tar(\.(gz|xz|zst|bz2))?$/;

/**
 * Archives of other systems, as the makers of templates name them. What is installed in CTs is Debian 12's:
 * `postgresql-15` for example is in no other release. A name that says nothing is taken as it is.
 */
const OTHER_SYSTEM =
  /:vztmpl\/(debian-(?!12\b)\d+|(?:ubuntu|devuan|alpine|alma|archlinux|centos|fedora|gentoo|opensuse|openeuler|rockylinux)[a-z]*-[\w.]+)/;

/** The system that a template is of by its name, where that is not Debian 12. */
export const otherSystemOf = (template: string): string | undefined =>
  OTHER_SYSTEM.exec(template)?.[1];

/** A file on the Proxmox node, in letters that need no quotes. */
const DUMP = /^\/[\w./-]+$/;

/**
 * `{ "app1": { "template": "local:vztmpl/…", "generation": 2 } }`, which `./lab rebuild` writes. A build of the
 * database names the dump that is restored: without one its data would be lost.
 */
export function readBuilds(value: string | undefined, problems: string[]): Record<string, CtBuild> {
  let read: unknown;
  try {
    read = JSON.parse(value?.trim() || "{}");
  } catch {
    read = undefined;
  }
  if (typeof read !== "object" || read === null || Array.isArray(read)) {
    problems.push(
      `builds: is not valid, got ${JSON.stringify(value)}; ` +
        'give it as {"app1":{"template":"storage:vztmpl/file","generation":1}}',
    );
    return {};
  }
  const builds = read as Record<string, Partial<CtBuild> | null>;
  const found = Object.entries(builds).flatMap(([name, build]) => buildProblems(name, build ?? {}));
  problems.push(...found);
  return found.length > 0 ? {} : (builds as Record<string, CtBuild>);
}

function buildProblems(name: string, build: Partial<CtBuild>): string[] {
  const { template, generation, restore } = build;
  const problems: string[] = [];
  const refuse = (key: string, got: unknown, remedy: string) =>
    problems.push(`builds.${name}.${key}: is not valid, got ${JSON.stringify(got)}; ${remedy}`);
  if (!/^(lb|db|app\d+)$/.test(name)) {
    problems.push(`builds: has no CT "${name}"; CTs are lb, db, app1 and so on`);
  }
  if (typeof template !== "string" || !TEMPLATE_VOLUME.test(template)) {
    refuse("template", template, "give storage:vztmpl/file");
  } else if (otherSystemOf(template)) {
    refuse("template", template, "what is installed in CTs is Debian 12's: give one of Debian 12");
  }
  if (typeof generation !== "number" || !Number.isInteger(generation) || generation < 1) {
    refuse("generation", generation, "give a whole number, 1 or more");
  }
  if (name !== "db" && restore !== undefined) {
    refuse("restore", restore, "only the database has something to restore");
  }
  if (name === "db" && (typeof restore !== "string" || !DUMP.test(restore))) {
    const remedy = "its data would be lost; ./lab rebuild db saves it and writes this";
    refuse("restore", restore, remedy);
  }
  return problems;
}
