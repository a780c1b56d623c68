import assert from "node:assert/strict";
import { guestFirewalls } from "../../../lib/stack/labGroups";
import { proxmoxRules } from "../../../lib/security/proxmoxFirewall";
import { labSettings } from "../../support/labSettings";
import { recordProgram } from "../../support/recordedProgram";

const ofType = async (end: string, config: Record<string, string>) =>
  (await recordProgram(config)).filter((resource) => resource.type.endsWith(end));

describe("the Proxmox firewall of the CTs", function () {
  this.timeout(30_000); // the first run of the program loads the providers' SDKs

  it("is left alone unless it is wanted", async () => {
    assert.deepEqual(await ofType("Legacy:OptionsLegacy", {}), []);
    for (const { inputs } of await ofType(":ContainerLegacy", {})) {
      for (const nic of inputs.networkInterfaces) assert.equal(nic.firewall, false);
    }
  });

  it("has the rules of each CT's security group behind a policy that drops", async () => {
    const recording = await recordProgram({ proxmoxFirewall: "true" });
    const named = (name: string) => recording.find((resource) => resource.name === name)!.inputs;
    const firewalls = guestFirewalls(labSettings());
    for (const name of ["lb", "app1", "db"]) {
      const rules = named(`${name}-firewall-rules`);
      assert.deepEqual(rules.rules, proxmoxRules(firewalls.get(name)!));
      const options = named(`${name}-firewall-options`);
      assert.equal(options.containerId, named(`${name}-ct`).vmId);
      assert.deepEqual([options.enabled, options.inputPolicy], [true, "DROP"]);
      for (const nic of named(`${name}-ct`).networkInterfaces) assert.equal(nic.firewall, true);
    }
    assert.equal(named("site-preflight").needs.proxmoxFirewall, true);
  });

  it("has its rules before it is switched on, and is on before anybody logs in", async () => {
    const recording = await recordProgram({ proxmoxFirewall: "true" });
    const needs = (name: string) => {
      const { dependencies } = recording.find((resource) => resource.name === name)!;
      return recording.filter(({ urn }) => dependencies.includes(urn)).map((one) => one.name);
    };
    assert.ok(needs("app1-firewall-options").includes("app1-firewall-rules"));
    assert.ok(needs("app1-ssh").includes("app1-firewall-options"));
  });
});
