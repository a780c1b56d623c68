import assert from "node:assert/strict";
import type { StackExport } from "../../../../cli/stack/interrupted";
import { unfinishedTargets } from "../../../../cli/stack/roll";

const urn = (type: string, name: string) => `urn:pulumi:dev::homelab::${type}::${name}`;
const drain = (target: string, drains: number) => ({
  urn: urn("pulumi-nodejs:dynamic/homelab:TargetDrain", `${target}-drain`),
  type: "pulumi-nodejs:dynamic/homelab:TargetDrain",
  outputs: { target, drains },
});
const attachment = (target: string, ...triggers: unknown[]) => ({
  urn: urn("pulumi-nodejs:dynamic/homelab:TargetAttachment", `${target}-target`),
  type: "pulumi-nodejs:dynamic/homelab:TargetAttachment",
  outputs: { target, triggers },
});
const state = (resources: { urn: string }[], pending: string[] = []): StackExport => ({
  deployment: {
    resources,
    pending_operations: pending.map((name) => ({
      type: "updating",
      resource: { urn: urn("command:remote:Command", name), type: "command:remote:Command" },
    })),
  },
});

describe("app nodes whose change has not ended", () => {
  const one = [drain("app1", 2), attachment("app1", "container", 2)];

  it("are none where each was put back after it was taken out", () => {
    assert.deepEqual(unfinishedTargets(state(one)), []);
    assert.deepEqual(unfinishedTargets(state([])), []);
  });

  it("are those that were taken out once more than put back", () => {
    const two = [drain("app2", 3), attachment("app2", "container", 2)];
    assert.deepEqual(unfinishedTargets(state([...one, ...two])), ["app2"]);
  });

  it("are those that did not get healthy", () => {
    assert.deepEqual(unfinishedTargets(state([...one, drain("app2", 3)])), ["app2"]);
  });

  it("are those at which a killed command was at work", () => {
    const two = [drain("app2", 3), attachment("app2", "container", 3)];
    const ten = [drain("app10", 0), attachment("app10", "container", 0)];
    const all = [...one, ...two, ...ten];
    assert.deepEqual(unfinishedTargets(state(all, ["app2-docker"])), ["app2"]);
    assert.deepEqual(unfinishedTargets(state(all, ["db-config"])), []);
  });

  it("are none in a state of a version that did not take targets out", () => {
    assert.deepEqual(unfinishedTargets(state([attachment("app1", "container")])), []);
  });
});
