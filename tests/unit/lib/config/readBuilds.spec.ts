import assert from "node:assert/strict";
import { readBuilds } from "../../../../lib/config/readBuilds";

const template = "local:vztmpl/debian-12-standard_12.12-1_amd64.tar.zst";

describe("builds in the configuration", () => {
  const read = (value: unknown) => {
    const problems: string[] = [];
    const text = typeof value === "string" ? value : JSON.stringify(value);
    return { builds: readBuilds(text, problems), problems };
  };

  it("are none unless given", () => {
    for (const text of ["{}", "", " "]) assert.deepEqual(read(text), { builds: {}, problems: [] });
    assert.deepEqual(readBuilds(undefined, []), {});
  });

  it("are each CT's template and generation, and the database's dump", () => {
    const builds = {
      app1: { template, generation: 2 },
      lb: { template, generation: 1 },
      db: { template, generation: 1, restore: "/var/lib/vz/dump/homelab-dev-db.pgdump" },
    };
    assert.deepEqual(read(builds), { builds, problems: [] });
  });

  it("are refused where the database's data would be lost", () => {
    for (const restore of [undefined, "", "dump", "/var/lib/$(reboot)", 1]) {
      const { builds, problems } = read({ db: { template, generation: 1, restore } });
      assert.deepEqual(builds, {});
      assert.match(problems.join("\n"), /^builds\.db\.restore: .*its data would be lost/);
    }
  });

  const refused: [unknown, RegExp][] = [
    ["[]", /^builds: is not valid/],
    ["null", /^builds: is not valid/],
    ["{", /^builds: is not valid/],
    [{ web: { template, generation: 1 } }, /^builds: has no CT "web"/],
    [{ app1: null }, /builds\.app1\.template/],
    [{ app1: { template: "debian", generation: 1 } }, /^builds\.app1\.template: .*got "debian"/],
    [{ app1: { template: "local:vztmpl/a b", generation: 1 } }, /^builds\.app1\.template/],
    [{ app1: { template, generation: 0 } }, /^builds\.app1\.generation: .*got 0/],
    [{ app1: { template, generation: "2" } }, /^builds\.app1\.generation: .*got "2"/],
    [{ app1: { template, generation: 1, restore: "/a" } }, /^builds\.app1\.restore/],
  ];
  for (const [value, said] of refused) {
    it(`are refused: ${JSON.stringify(value)}`, () => {
      const { builds, problems } = read(value);
      assert.deepEqual(builds, {});
      assert.match(problems.join("\n"), said);
    });
  }
});
