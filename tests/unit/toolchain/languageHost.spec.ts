import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { resolveSdk, runtimeOptions } from "../../../toolchain/language-host/commands";
import { installCommand } from "../../../toolchain/language-host/install";
import { installedPackages, programDependencies } from "../../../toolchain/language-host/packages";

const root = join(__dirname, "..", "..", "..");

describe("language host", () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "t-toolchain-"))));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it("finds the SDK of the program", () => {
    assert.equal(
      resolveSdk(root, "cmd/run"),
      join(root, "node_modules", "@pulumi", "pulumi", "cmd", "run", "index.js"),
    );
  });

  it("refuses a program without the SDK", () => {
    assert.throws(() => resolveSdk(folder, "cmd/run"), /run npm ci there/);
  });

  it("runs TypeScript unless the project says otherwise", () => {
    assert.deepEqual(runtimeOptions({}), {
      nodeArgs: [],
      env: { PULUMI_NODEJS_TYPESCRIPT: "true" },
    });
    assert.deepEqual(runtimeOptions({ typescript: false, nodeargs: "--a  --b" }), {
      nodeArgs: ["--a", "--b"],
      env: {},
    });
  });

  it("names the provider plugins of the installed packages with their servers", () => {
    const found = installedPackages(root);
    assert.deepEqual(found.map(({ name, version }) => `${name} ${version}`).sort(), [
      "command v1.2.1",
      "docker v5.2.0",
      "proxmoxve v8.6.0",
    ]);
    assert.match(found.find(({ name }) => name === "proxmoxve")?.server ?? "", /^github:/);
  });

  it("gives the installed versions of a program's packages", () => {
    const found = programDependencies(root, false);
    assert.deepEqual(
      found.find(({ name }) => name === "@pulumi/pulumi"),
      { name: "@pulumi/pulumi", version: "3.253.0" },
    );
    assert.ok(programDependencies(root, true).length > found.length);
  });

  it("knows no packages of an empty folder below nothing", () => {
    assert.deepEqual(installedPackages("/"), []);
  });

  it("installs what the lock file says where there is one", () => {
    mkdirSync(folder, { recursive: true });
    assert.equal(installCommand(folder).args[0], "install");
    writeFileSync(join(folder, "package-lock.json"), "{}");
    assert.equal(installCommand(folder).args[0], "ci");
  });
});
