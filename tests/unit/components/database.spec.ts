import assert from "node:assert/strict";
import { Database, type DatabaseArgs, Site } from "../../../components";
import { declare, given, GUESTS, refusalOf, siteArgs } from "../../support/declare";

function database(args: Partial<DatabaseArgs> = {}): Database {
  const guest = GUESTS.db();
  const site = new Site("site", siteArgs([guest]));
  return new Database("store", { site, guest, ...args });
}

describe("a database alone", function () {
  this.timeout("1m");

  it("lets in nobody but the Proxmox node over SSH", async () => {
    const made = await declare(() => database());
    const rules = made.inputs("store-firewall-state").rules as {
      ingress: { port: number; sources: string[] }[];
    };
    assert.deepEqual(
      rules.ingress.map(({ port, sources }) => [port, ...sources]),
      [[5432], [22, "10.40.0.1/32"]],
    );
    assert.doesNotMatch(String(made.inputs("store-config").create), /hostssl/);
  });

  it("lets its clients in, in the firewall and in pg_hba.conf", async () => {
    const made = await declare(() => database({ clients: [GUESTS.app()] }));
    const { create } = made.inputs("store-config");
    assert.match(String(create), /hostssl app app 10\.40\.0\.11\/32 scram-sha-256/);
    assert.match(String(made.inputs("store-firewall").create), /10\.40\.0\.11\/32/);
  });

  it("has a name and an owner of one's own, and tells clients where it is", async () => {
    const seen: unknown[] = [];
    const made = await declare(() => {
      const { endpoint } = database({ databaseName: given("shop"), role: given("seller") });
      given([endpoint.address, endpoint.database, endpoint.role, endpoint.port]).apply((known) =>
        seen.push(...known),
      );
    });
    assert.deepEqual(seen, ["10.40.0.50", "shop", "seller", 5432]);
    assert.match(String(made.inputs("store-config").create), /CREATE DATABASE shop OWNER seller/);
  });

  it("is protected, and restored from a dump, when told so", async () => {
    const made = await declare(() =>
      database({
        deletionProtection: true,
        build: { template: "local:vztmpl/new.tar.zst", generation: 2, restore: "/var/dump" },
      }),
    );
    assert.equal(made.inputs("store-ct").protection, true);
    assert.ok(made.dependsOn("store-restore", "store-config"));
  });

  for (const [what, args, message] of [
    ["a name with a quote", { databaseName: given("a'b") }, /databaseName is "a'b"/],
    ["an owner in capitals", { role: "App" }, /role is "App"; use small letters/],
  ] as const) {
    it(`is refused with ${what}`, async () => {
      assert.match(await refusalOf(() => database(args)), message);
    });
  }
});
