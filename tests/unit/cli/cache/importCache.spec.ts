import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { sha256Of } from "../../../../cli/cache/exportCache";
import { importCache } from "../../../../cli/cache/importCache";
import type { LabPaths } from "../../../../system/labPaths";
import type { Progress } from "../../../../system/progress";
import { writeFakeDocker } from "../../../support/fakeDocker";

const progress: Progress = {
  step: (_, work) => work(() => undefined),
  info: () => undefined,
  warn: () => undefined,
};

const files: Record<string, string> = {
  "node/v24.0.0/bin/node": "node",
  "packages/node_modules/tsx/x": "tsx",
  "pulumi/bin/pulumi": "new",
  "pulumi/.stamps/pulumi": "stamp",
  "template/debian.tar.zst": "template",
  "apt/debrep/a.deb": "deb",
};

describe("an exported cache", function () {
  this.timeout("20s");
  const { PATH } = process.env;
  let folder: string;
  let parts: string;
  let paths: LabPaths;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "homelab-cache-"));
    parts = join(folder, "parts");
    for (const name of ["parts", "bin", "lab"]) mkdirSync(join(folder, name));
    const root = join(folder, "lab");
    paths = { root, id: "lab-0f0f0f", state: join(root, ".lab"), cache: join(folder, "cache") };
    writeFakeDocker(join(folder, "bin"), {});
    process.env.PATH = [join(folder, "bin"), PATH].join(delimiter);
  });
  afterEach(() => {
    process.env.PATH = PATH;
    rmSync(folder, { recursive: true });
  });

  /** A file as an export writes it. */
  async function exported(about: object = {}): Promise<string> {
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, "from", name)), { recursive: true });
      writeFileSync(join(folder, "from", name), text);
    }
    for (const member of ["node", "packages", "pulumi", "template", "apt"])
      execFileSync("tar", [
        "-czf",
        join(parts, `${member}.tar.gz`),
        "-C",
        join(folder, "from", member),
        ".",
      ]);
    writeFileSync(join(parts, "images.tar.gz"), "images");
    const all = { format: 1, arch: process.arch, lab: "0", lockfile: "0", images: [], ...about };
    writeFileSync(join(parts, "about.json"), JSON.stringify(all));
    await sum();
    return whole();
  }

  async function sum(): Promise<void> {
    const names = readdirSync(parts).filter((name) => name !== "SHA256SUMS");
    const lines = names.map(async (name) => `${await sha256Of(join(parts, name))}  ${name}\n`);
    writeFileSync(join(parts, "SHA256SUMS"), (await Promise.all(lines)).join(""));
  }

  function whole(): string {
    const file = join(folder, "cache.tar");
    execFileSync("tar", ["-cf", file, "-C", parts, ...readdirSync(parts)]);
    return file;
  }

  const cached = (name: string) => readFileSync(join(paths.cache, name), "utf8");

  /** Refused, and nothing of the cache is another than before. */
  async function refused(file: string, message: RegExp, wanted?: string): Promise<void> {
    await assert.rejects(importCache(paths, file, progress, wanted), message);
    assert.equal(existsSync(join(paths.cache, "pulumi", "bin")), false);
    const left = existsSync(paths.cache) ? readdirSync(paths.cache) : [];
    assert.deepEqual(
      left.filter((name) => name.startsWith(".import-")),
      [],
    );
  }

  it("is put in place, over what is there and beside what it does not have", async () => {
    mkdirSync(join(paths.cache, "pulumi", "bin"), { recursive: true });
    writeFileSync(join(paths.cache, "pulumi", "bin", "pulumi"), "old");
    mkdirSync(join(paths.cache, "template"));
    writeFileSync(join(paths.cache, "template", "mine.tar.zst"), "mine");
    const file = await exported();
    await importCache(paths, file, progress, await sha256Of(file));
    assert.equal(cached("pulumi/bin/pulumi"), "new");
    assert.equal(cached("pulumi/.stamps/pulumi"), "stamp");
    assert.equal(cached("node/v24.0.0/bin/node"), "node");
    assert.equal(cached("template/mine.tar.zst"), "mine");
    assert.equal(cached("template/debian.tar.zst"), "template");
    assert.equal(cached("apt/debrep/a.deb"), "deb");
    assert.equal(existsSync(join(paths.cache, "packages")), false);
  });

  it("is refused where a part is damaged", async () => {
    await exported();
    appendFileSync(join(parts, "pulumi.tar.gz"), "x");
    await refused(whole(), /is damaged \(pulumi\.tar\.gz\); copy it again/);
  });

  it("is refused where a part has no sum", async () => {
    await exported();
    const sums = join(parts, "SHA256SUMS");
    writeFileSync(sums, readFileSync(sums, "utf8").replace(/.* {2}apt\.tar\.gz\n/, ""));
    await refused(whole(), /has no apt\.tar\.gz, or no sum of it/);
  });

  it("is refused where it ends early", async () => {
    const file = await exported();
    writeFileSync(file, readFileSync(file).subarray(0, 3000));
    await refused(file, /is no exported cache|is damaged|has no /);
  });

  it("is refused where it holds what no export has", async () => {
    await exported();
    writeFileSync(join(parts, "extra"), "x");
    await sum();
    await refused(whole(), /holds "extra", which no export has/);
  });

  it("is refused where it is not the one that was named", async () => {
    await refused(await exported(), /its SHA-256 is \w+, expected 0{64}/, "0".repeat(64));
  });

  it("is refused on a machine of another kind, and by an older lab", async () => {
    await refused(await exported({ arch: "s390x" }), /is for s390x, this machine is/);
    await refused(await exported({ format: 2 }), /is of a later version of \.\/lab/);
  });

  it("is refused where there is none", async () => {
    await refused(join(folder, "none.tar"), /there is no file \S+none\.tar$/);
    cpSync(process.execPath, join(folder, "node"));
    await refused(join(folder, "node"), /is no exported cache/);
  });
});
