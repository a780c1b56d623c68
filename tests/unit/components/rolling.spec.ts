import assert from "node:assert/strict";
import type { RecordedResource } from "../../support/recordingMocks";
import { recordProgram } from "../../support/recordedProgram";

const template = "local:vztmpl/debian-12-standard_12.99-1_amd64.tar.zst";
const restore = "/var/lib/vz/dump/homelab-dev-db.pgdump";
const SERVING = ["app1", "app2", "app3"];

describe("a change of app nodes that serve", function () {
  this.timeout("1m"); // loading the program compiles it
  let resources: RecordedResource[];
  const found = (name: string) => {
    const one = resources.find((resource) => resource.name === name);
    assert.ok(one, name);
    return one;
  };
  const dependsOn = (name: string, other: string) =>
    found(name).dependencies.includes(found(other).urn);

  afterEach(() => {
    delete process.env.HOMELAB_ROLL_FIRST;
    delete process.env.HOMELAB_ALLOW_OUTAGE;
  });

  it("goes from node to node: each is taken out once the one before is back", async () => {
    resources = await recordProgram({}, SERVING);
    assert.deepEqual(found("app1-drain").dependencies, []);
    assert.ok(dependsOn("app2-drain", "app1-target"));
    assert.ok(dependsOn("app3-drain", "app2-target"));
    for (const name of SERVING) assert.ok(dependsOn(`${name}-ct`, `${name}-drain`));
    assert.equal(found("app1-drain").inputs.allowOutage, false);
  });

  it("begins with the nodes whose last change has not ended", async () => {
    process.env.HOMELAB_ROLL_FIRST = "app3";
    resources = await recordProgram({}, SERVING);
    assert.deepEqual(found("app3-drain").dependencies, []);
    assert.ok(dependsOn("app1-drain", "app3-target"));
    assert.ok(dependsOn("app2-drain", "app1-target"));
  });

  it("does not wait for nodes that are only now made, and makes those side by side", async () => {
    const room = { appNodeCount: "5", memoryBudgetMiB: "8192", diskBudgetGiB: "128" };
    resources = await recordProgram(room, SERVING);
    assert.deepEqual(found("app1-drain").inputs.newcomers, ["app4", "app5"]);
    assert.deepEqual(found("app4-drain").dependencies, []);
    assert.deepEqual(found("app5-drain").dependencies, []);
  });

  it("may take out the only target when that was allowed", async () => {
    process.env.HOMELAB_ALLOW_OUTAGE = "1";
    resources = await recordProgram({ appNodeCount: "1" }, ["app1"]);
    assert.equal(found("app1-drain").inputs.allowOutage, true);
  });

  it("happens when driver, memory, storage, image, port or build change", async () => {
    const causesWith = async (changes: Record<string, string>) => {
      resources = await recordProgram(changes, SERVING);
      return found("app2-drain").inputs.causes as unknown;
    };
    const before = await causesWith({});
    const room = { memoryBudgetMiB: "8192" };
    assert.deepEqual(await causesWith(room), before);
    const changes: Record<string, string>[] = [
      { appStorageDrivers: '["overlay2"]' },
      { appMemoryMiB: "640", ...room },
      { storage: "fast" },
      { privateBridge: "vmbr7" },
      { builds: JSON.stringify({ app2: { template, generation: 1 } }) },
    ];
    for (const change of changes) {
      assert.notDeepEqual(await causesWith(change), before, JSON.stringify(change));
    }
    // Another node's build is none of its business, and neither is a newer template.
    assert.deepEqual(
      await causesWith({ builds: JSON.stringify({ app1: { template, generation: 1 } }) }),
      before,
    );
    assert.deepEqual(await causesWith({ template }), before);
  });

  it("gives images to each storage driver", async () => {
    const driverOf = async (drivers: string) => {
      resources = await recordProgram({ appStorageDrivers: drivers }, SERVING);
      return JSON.stringify(found("app1-image").inputs.triggers);
    };
    assert.notEqual(await driverOf('["overlay2"]'), await driverOf('["fuse-overlayfs"]'));
  });

  it("is none when the database is built anew: no service is deleted with the database's CT", async () => {
    resources = await recordProgram({}, SERVING);
    // Pulumi deletes before a CT that it replaces whatever was made from it, on all nodes at once.
    const inDatabase = resources.filter(({ name }) => /^db-(ct|host)$/.test(name));
    assert.equal(inDatabase.length, 2);
    for (const { name, madeFrom } of resources.filter((one) => /^app\d/.test(one.name))) {
      const from = Object.values(madeFrom).flat();
      for (const { urn } of inDatabase) assert.ok(!from.includes(urn), name);
    }
    // An update, not a replacement: its triggers are the CT's own.
    assert.ok(found("app1-files").madeFrom.stdin?.includes(found("db-config").urn));
    assert.ok(!found("app1-files").madeFrom.triggers?.includes(found("db-config").urn));
  });
});

describe("a CT that is built anew", function () {
  this.timeout("1m");
  const builds = (of: object) => ({ builds: JSON.stringify(of) });

  it("has the template of its build, and others keep theirs", async () => {
    const resources = await recordProgram(builds({ app1: { template, generation: 1 } }), SERVING);
    const templateOf = (name: string) =>
      (
        resources.find((one) => one.name === `${name}-ct`)?.inputs.operatingSystem as {
          templateFileId: string;
        }
      ).templateFileId;
    assert.equal(templateOf("app1"), template);
    assert.notEqual(templateOf("app2"), template);
  });

  it("has its database's data back before any client gets the new certificate", async () => {
    const resources = await recordProgram(
      builds({ db: { template, generation: 1, restore } }),
      SERVING,
    );
    const found = (name: string) => resources.find((one) => one.name === name)!;
    assert.match(String(found("db-restore").inputs.create), /pg_restore/);
    assert.ok(found("db-restore").dependencies.includes(found("db-config").urn));
    assert.ok(found("app1-files").madeFrom.stdin?.includes(found("db-restore").urn));
    assert.ok(!(await recordProgram()).some(({ name }) => name === "db-restore"));
  });
});
