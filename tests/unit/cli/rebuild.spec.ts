import assert from "node:assert/strict";
import { rebuildNames, refuseKept } from "../../../cli/commands/rebuild";
import { nextBuild, olderTemplates } from "../../../cli/stack/builds";
import { ctsOf } from "../../../cli/stack/stackState";
import { describeTemplateNews } from "../../../cli/status/templates";
import { labSettings } from "../../support/labSettings";

const settings = labSettings();
const template = "local:vztmpl/new.tar.zst";

describe("what is rebuilt", () => {
  it("is each CT once, the database first and the load balancer before the app nodes", () => {
    assert.deepEqual(rebuildNames(["app2", "lb", "db", "app2"], false, settings), [
      ...["db", "lb", "app2"],
    ]);
  });

  it("is every app node with --all, and nothing else", () => {
    assert.deepEqual(rebuildNames([], true, settings), ["app1", "app2", "app3"]);
    assert.deepEqual(rebuildNames(["lb"], true, settings), ["lb", "app1", "app2", "app3"]);
  });

  it("is no CT that the stack does not have", () => {
    assert.throws(
      () => rebuildNames(["app9"], false, settings),
      /the stack has no CT "app9"; choose db, lb, app1, app2, app3/,
    );
  });

  it("counts from 1", () => {
    assert.deepEqual(nextBuild(settings, "app1", template), { template, generation: 1 });
    const again = {
      ...settings,
      builds: { app1: { template: "local:vztmpl/old", generation: 4 } },
    };
    assert.deepEqual(nextBuild(again, "app1", template), { template, generation: 5 });
  });
});

describe("a rebuild that Pulumi ended well", () => {
  const ct = (name: string, created: string) => ({
    ...{ name, created, vmid: 111, template, protect: false, counted: true },
  });

  it("has failed when a CT is still the one that it was", () => {
    const before = [ct("app1", "monday"), ct("app2", "monday")];
    const after = [ct("app1", "tuesday"), ct("app2", "monday")];
    refuseKept(["app1"], before, after);
    assert.throws(() => refuseKept(["app1", "app2"], before, after), /app2 was not replaced/);
  });
});

describe("a newer template", () => {
  const ct = (name: string, file: string) => ({
    urn: `urn:pulumi:dev::homelab::proxmoxve:index/containerLegacy:ContainerLegacy::${name}-ct`,
    type: "proxmoxve:index/containerLegacy:ContainerLegacy",
    inputs: { vmId: 111, operatingSystem: { templateFileId: file } },
    protect: name === "db",
  });
  const cts = ctsOf({
    deployment: { resources: [ct("app1", "local:vztmpl/old"), ct("db", template)] },
  });

  it("is told with the CTs that were made from another", () => {
    const older = olderTemplates(cts, template);
    assert.deepEqual(older, ["app1"]);
    assert.match(
      describeTemplateNews({ template, older }) ?? "",
      /^app1 made from another template than local:vztmpl\/new/,
    );
  });

  it("is no news once every CT has it", () => {
    assert.equal(describeTemplateNews({ template, older: [] }), undefined);
  });

  it("is read beside the protection", () => {
    assert.deepEqual(
      cts.map(({ name, protect }) => [name, protect]),
      [
        ["app1", false],
        ["db", true],
      ],
    );
  });
});
