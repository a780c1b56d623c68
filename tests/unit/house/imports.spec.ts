import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { dirname, join, posix, resolve } from "node:path";
import ts from "typescript";

const root = resolve(__dirname, "..", "..", "..");

/** Every source file of the repository, by its path in it. */
const sources = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard"], {
  cwd: root,
  encoding: "utf8",
})
  .split("\n")
  .filter((file) => file !== "");

const typescript = sources.filter((file) => file.endsWith(".ts"));

/** The files of ours that a file imports, types included. */
function importsOf(file: string): string[] {
  const { importedFiles } = ts.preProcessFile(readFileSync(join(root, file), "utf8"));
  return importedFiles
    .filter(({ fileName }) => fileName.startsWith("."))
    .flatMap(({ fileName }) => {
      const path = posix.join(dirname(file), fileName);
      return [`${path}.ts`, `${path}/index.ts`, path].filter((one) => typescript.includes(one));
    });
}

/** A circle of imports, as the files on it; undefined when there is none. */
function findCircle(imports: ReadonlyMap<string, string[]>): string[] | undefined {
  const done = new Set<string>();
  const walk = (file: string, path: string[]): string[] | undefined => {
    if (path.includes(file)) return [...path.slice(path.indexOf(file)), file];
    if (done.has(file)) return undefined;
    for (const next of imports.get(file) ?? []) {
      const circle = walk(next, [...path, file]);
      if (circle) return circle;
    }
    done.add(file);
    return undefined;
  };
  for (const file of imports.keys()) {
    const circle = walk(file, []);
    if (circle) return circle;
  }
  return undefined;
}

describe("the sources", () => {
  it("import each other without a circle, types included", () => {
    const imports = new Map(typescript.map((file) => [file, importsOf(file)]));
    assert.deepEqual(findCircle(imports), undefined);
  });

  it("would show a circle", () => {
    const imports = new Map([
      ["a", ["b"]],
      ["b", ["c"]],
      ["c", ["b"]],
    ]);
    assert.deepEqual(findCircle(imports), ["b", "c", "b"]);
  });

  it("have 300 lines at most", () => {
    const long = sources
      .filter((file) => /\.(ts|go|sh|mjs)$|^lab$/.test(file) && !/golden|fixtures/.test(file))
      .map((file) => [file, readFileSync(join(root, file), "utf8").split("\n").length - 1] as const)
      .filter(([, lines]) => lines > 300);
    assert.deepEqual(long, []);
  });
});
