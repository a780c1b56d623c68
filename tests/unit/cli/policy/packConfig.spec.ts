import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { readPackConfig, wrongIn } from "../../../../cli/policy/packConfig";
import { policies } from "../../../../policy/policies";

describe("a pack's configuration", () => {
  it("is one that the pack understands", () => {
    const good = {
      all: "advisory",
      "stack-within-budget": { memoryMiB: 65536, hostMemoryMiB: 4096, diskGiB: 2048 },
      "ct-tagged": { requiredTags: [], roleTags: [] },
      "lb-tls-policy": { minVersion: "TLSv1.3", enforcementLevel: "advisory" },
      "docker-container-confined": { hostPaths: ["/srv/site"], hardened: false },
      "stack-judged": "disabled",
    };
    assert.equal(wrongIn(good, policies), undefined);
    assert.equal(wrongIn({}, policies), undefined);
  });

  const refused: [config: unknown, said: RegExp][] = [
    [[], /^must be an object/],
    [{ "ct-taged": "advisory" }, /^unknown policy "ct-taged"; did you mean ct-tagged\?/],
    [{ "ct-tagged": "adviser" }, /^ct-tagged: unknown level "adviser"; choose advisory, mandatory/],
    [{ all: { enforcementLevel: "no" } }, /^all: unknown level "no"/],
    [{ "ct-tagged": 7 }, /^ct-tagged: must be a level or an object, got 7/],
    [{ "ct-tagged": { tags: [] } }, /^ct-tagged: unknown setting "tags"; it has requiredTags/],
    [{ "ct-tagged": { requiredTags: "a" } }, /^ct-tagged: requiredTags must be a list, got "a"/],
    [{ "ct-tagged": { requiredTags: [1] } }, /requiredTags must be a list, each item a string/],
    [
      { "stack-within-budget": { memoryMiB: "64" } },
      /memoryMiB must be a (whole )?number, got "64"/,
    ],
    [{ "lb-tls-policy": { minVersion: "SSL" } }, /minVersion must be one of SSLv3, .*got "SSL"/],
    [{ "docker-container-confined": { hardened: 1 } }, /hardened must be a boolean, got 1/],
  ];
  for (const [config, said] of refused) {
    it(`is refused: ${JSON.stringify(config)}`, () => {
      assert.match(wrongIn(config, policies) ?? "accepted", said);
    });
  }

  it("is read from a file, whose name a refusal begins with", () => {
    const folder = mkdtempSync(join(tmpdir(), "pack-config-"));
    try {
      const file = join(folder, "config.json");
      assert.deepEqual(readPackConfig(file, policies), {});
      writeFileSync(file, "{");
      assert.throws(
        () => readPackConfig(file, policies),
        (error: Error) => error.message.startsWith(`${file}: is no JSON`),
      );
      writeFileSync(file, '{"x":"advisory"}');
      assert.throws(
        () => readPackConfig(file, policies),
        (error: Error) => error.message.startsWith(`${file}: unknown policy "x"`),
      );
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe("the pack as a package", () => {
  const folder = resolve(__dirname, "../../../../policy");
  const read = (file: string) => readFileSync(join(folder, file), "utf8");

  it("names nothing outside of its folder but packages that it asks for", () => {
    assert.doesNotMatch(read("tsconfig.json"), /\.\.\//);
    const { dependencies, peerDependencies, files } = JSON.parse(read("package.json"));
    const known = Object.keys({ ...dependencies, ...peerDependencies });
    const sources = readdirSync(folder, { recursive: true, encoding: "utf8" });
    for (const file of sources.filter((one) => /\.(ts|cjs)$/.test(one))) {
      const [first = ""] = file.split("/");
      const isPacked = files.includes(first) || (files.includes("*.ts") && /^\w+\.ts$/.test(file));
      assert.ok(isPacked, `${file}: is not packed`);
      for (const [, name = ""] of read(file).matchAll(/(?:from |require\()"([^"]+)"/g)) {
        if (name.startsWith("node:")) continue;
        const target = name.startsWith(".") ? join(folder, file, "..", name) : name;
        const isThere = name.startsWith(".")
          ? target.startsWith(folder)
          : known.includes(/^(@[^/]+\/)?[^/]+/.exec(name)?.[0] ?? name);
        assert.ok(isThere, `${file}: imports ${name}`);
      }
    }
  });
});
