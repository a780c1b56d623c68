import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { plugins, pulumiVersion } from "../../../toolchain/versions";

const root = join(__dirname, "..", "..", "..");
const read = (...path: string[]) => readFileSync(join(root, ...path), "utf8");

describe("versions of the toolchain", () => {
  const { dependencies } = JSON.parse(read("package.json")) as {
    dependencies: Record<string, string>;
  };

  it("has the CLI of the npm package's version", () => {
    assert.equal(dependencies["@pulumi/pulumi"], pulumiVersion);
  });

  it("compiles the CLI of that version", () => {
    assert.match(
      read("toolchain", "go", "go.mod"),
      new RegExp(`github.com/pulumi/pulumi/pkg/v3 v${pulumiVersion}\n`),
    );
  });

  for (const plugin of plugins) {
    it(`has the ${plugin.name} plugin of the npm package's version`, () => {
      assert.equal(dependencies[plugin.npm], plugin.version);
    });
  }

  for (const { name } of plugins.filter((plugin) => plugin.name !== "command")) {
    it(`has a schema of the ${name} plugin`, () => {
      const schema = JSON.parse(read("toolchain", "go", name, "schema.json")) as { name: string };
      assert.equal(schema.name, name);
    });
  }
});
