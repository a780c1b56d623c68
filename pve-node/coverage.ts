import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Permission, Route } from "./contract";
import { createNode } from "./services";

/** The text between which the table of `README.md` stands. */
const BEGIN = "<!-- coverage: written by `npm run pve:coverage` -->";
const END = "<!-- end of coverage -->";

const shown = (permission: Permission): string => {
  if (permission === "world") return "anybody";
  if (permission === "user") return "any user; the rest is looked at by what is asked for";
  if (permission === "root") return "root@pam";
  const { path, privileges, any } = permission;
  return `\`${path}\`: ${privileges.join(any ? " or " : ", ")}`;
};

/** A table of the endpoints: path, methods, who may call each. */
export function coverageTable(routes: Route[]): string {
  const rows = new Map<string, string[]>();
  for (const { method, path, permission } of [...routes].sort(byPath)) {
    const cell = `${method}: ${shown(permission)}`;
    rows.set(path, [...(rows.get(path) ?? []), cell]);
  }
  return [
    `${routes.length} methods on ${rows.size} paths. Everything else answers 501.`,
    "",
    "| path | method and permission |",
    "| --- | --- |",
    ...[...rows].map(([path, cells]) => `| \`${path}\` | ${cells.join("<br>")} |`),
  ].join("\n");
}

const byPath = (a: Route, b: Route) =>
  a.path < b.path ? -1 : a.path > b.path ? 1 : a.method < b.method ? -1 : 1;

/** The file's text with the table as it is now. */
export function withCoverage(text: string, routes: Route[]): string {
  const [before = "", rest] = text.split(BEGIN);
  const after = rest?.split(END)[1];
  if (after === undefined) throw new Error(`README.md: has no lines "${BEGIN}" and "${END}"`);
  return `${before}${BEGIN}\n\n${coverageTable(routes)}\n\n${END}${after}`;
}

export const readme = join(__dirname, "README.md");

if (require.main === module) {
  const { routes } = createNode({ node: "pve" });
  writeFileSync(readme, withCoverage(readFileSync(readme, "utf8"), routes));
}
