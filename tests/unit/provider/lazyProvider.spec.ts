import * as pulumi from "@pulumi/pulumi";
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import * as implementations from "../../../provider/implementations";
import { lazyProvider } from "../../../provider/lazyProvider";

const root = resolve(__dirname, "..", "..", "..");

/** What the SDK itself reads providers back with; it has no types. */
const requireFromString = createRequire(__filename)("require-from-string") as (
  text: string,
) => unknown;

type Provider = pulumi.dynamic.ResourceProvider<{ length: number }, { value: string }>;

/** A provider as Pulumi's provider process gets it: written as text by the SDK, and read back from that. */
async function serialised(name: string): Promise<{ text: string; provider: Required<Provider> }> {
  const made = lazyProvider<{ length: number }, { value: string }>(name);
  const { text } = await pulumi.runtime.serializeFunction(() => made);
  const provider = (requireFromString(text) as { handler(): Required<Provider> }).handler();
  return { text, provider };
}

/** Runs with another working directory, as Pulumi starts provider processes in the program's folder. */
async function within<T>(folder: string, work: () => Promise<T>): Promise<T> {
  const before = process.cwd();
  process.chdir(folder);
  try {
    return await work();
  } finally {
    process.chdir(before);
  }
}

describe("a dynamic provider that is loaded by its name", function () {
  this.timeout(30_000);
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "program-"))));
  afterEach(() => rmSync(folder, { recursive: true }));

  it("is small in the state", async () => {
    const { text } = await serialised("generatedSecretProvider");
    assert.ok(text.length < 2500, String(text.length));
    assert.doesNotMatch(text, new RegExp(root));
  });

  it("works in this package's own folder", async () => {
    const { provider } = await serialised("generatedSecretProvider");
    const { outs } = await within(root, () => provider.create({ length: 12 }));
    assert.match(outs?.value ?? "", /^[A-Za-z0-9]{12}$/);
    const diff = await within(root, () =>
      provider.diff("id", { length: 12, value: "x" } as never, { length: 12 }),
    );
    assert.equal(diff.changes, false);
  });

  it("works in the folder of a program that imports the package", async () => {
    mkdirSync(join(folder, "node_modules"));
    symlinkSync(root, join(folder, "node_modules", "homelab"));
    writeFileSync(join(folder, "package.json"), "{}");
    const { provider } = await serialised("generatedSecretProvider");
    const { outs } = await within(folder, () => provider.create({ length: 8 }));
    assert.equal(outs?.value.length, 8);
  });

  it("has the verbs that an implementation lacks do nothing", async () => {
    const { provider } = await serialised("generatedSecretProvider");
    await within(root, async () => {
      const inputs = { length: 3 };
      assert.deepEqual(await provider.check(inputs as never, inputs), { inputs, failures: [] });
      const props = { length: 3, value: "abc" };
      assert.deepEqual(await provider.read("id", props as never), { id: "id", props });
      assert.equal(await provider.delete("id", props as never), undefined);
    });
  });

  it("says what is missing where the package, or the provider, is not there", async () => {
    const { provider } = await serialised("generatedSecretProvider");
    await assert.rejects(
      within(folder, () => provider.create({ length: 1 })),
      /dynamic provider generatedSecretProvider: the package homelab is not found from .*npm ci/,
    );
    const { provider: unknown } = await serialised("teleportProvider");
    await assert.rejects(
      within(root, () => unknown.create({ length: 1 })),
      /dynamic provider teleportProvider: .* does not have it/,
    );
  });

  it("is there for every resource of the package", () => {
    for (const [name, implementation] of Object.entries(implementations)) {
      assert.match(name, /Provider$/);
      assert.equal(typeof implementation.create, "function", name);
      assert.equal(typeof implementation.diff, "function", name);
    }
  });
});
