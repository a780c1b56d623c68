import assert from "node:assert/strict";
import type { RecordedResource } from "../../support/recordingMocks";
import { recordProgram } from "../../support/recordedProgram";

/** Commands that install packages, and so need the way out. */
const INSTALLERS = [
  "lb-firewall",
  "app1-docker",
  "app1-firewall",
  "db-firewall",
  "db-install",
  "lb-install",
].sort();

describe("the way out of the private subnet", function () {
  this.timeout(60_000);

  describe("with nat: provisioning", () => {
    let resources: RecordedResource[];
    before(async () => {
      resources = await recordProgram({ nat: "provisioning", appNodeCount: "1" });
    });
    const named = (name: string) => {
      const found = resources.find((r) => r.name === name);
      assert.ok(found, name);
      return found;
    };

    it("is opened on the node for one CT before each command that installs packages", () => {
      const openers = resources
        .filter((r) => r.name.endsWith("-egress") && r.type.endsWith(":Command"))
        .map((r) => r.name.replace(/-egress$/, ""))
        .sort();
      assert.deepEqual(openers, INSTALLERS);
      for (const name of INSTALLERS) {
        const opener = named(`${name}-egress`);
        assert.ok(named(name).dependencies.includes(opener.urn), name);
        assert.equal(opener.inputs.connection.host, "127.0.0.1");
        const address = named(name).inputs.connection.host as string;
        assert.ok(String(opener.inputs.create).includes(`{ ${address} timeout 15m }`), name);
      }
    });

    it("is opened again exactly when the command runs again, or a run before did not end", () => {
      for (const name of INSTALLERS) {
        const { create, triggers } = named(name).inputs;
        const [, script, ...others] = named(`${name}-egress`).inputs.triggers;
        assert.equal(script, create);
        assert.deepEqual(others, triggers);
      }
    });

    it("is closed after everything stands, when one of them was opened", () => {
      const { inputs, dependencies } = named("site-network-egress-closed");
      assert.equal(inputs.triggers.length, INSTALLERS.length);
      assert.match(String(inputs.create), /nft flush set inet homelab-vmbr1 egress/);
      assert.ok(dependencies.includes(named("app1-target").urn));
    });
  });

  it("needs no resources when it is always open", async () => {
    const resources = await recordProgram({ appNodeCount: "1" });
    assert.deepEqual(
      resources.map((r) => r.name).filter((name) => /egress/.test(name)),
      [],
    );
  });
});
