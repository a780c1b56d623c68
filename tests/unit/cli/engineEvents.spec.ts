import assert from "node:assert/strict";
import {
  applyEvent,
  describeChanges,
  errorsToShow,
  type EngineEvent,
  progressNote,
  progressShare,
  startState,
} from "../../../cli/stack/engineEvents";

const urn = (types: string, name: string) => `urn:pulumi:dev::homelab::${types}::${name}`;
const node = urn("homelab:components:AppNode$command:remote:Command", "app1-docker");
const pre = (op: string, planning: boolean): EngineEvent => ({
  resourcePreEvent: { metadata: { op, urn: node, type: "t" }, planning },
});

function after(...events: EngineEvent[]) {
  const state = startState();
  for (const event of events) applyEvent(state, event);
  return state;
}

describe("engine events", () => {
  it("counts what the preview announces, without what stays the same", () => {
    const state = after(pre("create", true), pre("same", true), pre("replace", true));
    assert.equal(progressNote(state), "preview, 1 changes so far");
    assert.equal(progressShare(state), undefined);
  });

  it("names what is being worked on with its part in AWS, and counts what is done", () => {
    const state = after(pre("create", true), pre("create", false));
    assert.equal(progressNote(state), "0/1 creating app1-docker (EC2)");
    const metadata = { op: "create", urn: node, type: "t" };
    applyEvent(state, { resOutputsEvent: { metadata, planning: false } });
    assert.equal(progressNote(state), "1/1");
    assert.equal(progressShare(state), 1);
  });

  it("names no components, and as many steps as a line has room for", () => {
    const begin = (types: string, name: string): EngineEvent => ({
      resourcePreEvent: { metadata: { op: "create", urn: urn(types, name), type: "t" } },
    });
    const commands = ["a", "b", "c", "d", "e"].map((name) => begin("command:remote:Command", name));
    const state = after(begin("homelab:components:AppNode", "app1"), ...commands);
    assert.equal(progressNote(state), "0/6 creating a, creating b, creating c and 2 more");
  });

  it("says what the oldest command that speaks waits for, until it ends", () => {
    const says = (message: string): EngineEvent => ({
      diagnosticEvent: { urn: node, message, severity: "info#err", ephemeral: true },
    });
    const state = after(says("too early"), pre("create", true), pre("create", false));
    assert.equal(progressNote(state), "0/1 creating app1-docker (EC2)");
    applyEvent(state, says("E: Failed to fetch\n<{%reset%}>tries again<{%reset%}>\n"));
    assert.equal(progressNote(state), "0/1 creating app1-docker (EC2); app1-docker: tries again");
    const metadata = { op: "create", urn: node, type: "t" };
    applyEvent(state, { resOutputsEvent: { metadata, planning: false } });
    assert.equal(progressNote(state), "1/1");
  });

  it("keeps errors with their resource, without colours", () => {
    const message = "<{%reset%}>no space<{%reset%}>\n";
    const state = after({ diagnosticEvent: { urn: node, message, severity: "error" } });
    assert.deepEqual(state.errors, [{ subject: "app1-docker", text: "no space" }]);
  });

  it("shows each failure once", () => {
    const error = (message: string) => ({
      diagnosticEvent: { urn: node, message, severity: "error" },
    });
    const state = after(
      error("sdk-v2/provider2.go:571: no space: provider=proxmox@8.6.0"),
      error("no space"),
      error("no space"),
      { diagnosticEvent: { message: "preview failed", severity: "error" } },
    );
    assert.deepEqual(errorsToShow(state), ["app1-docker: no space"]);
  });

  it("shows what the preflight refuses in its own words, once", () => {
    const urn = "urn:pulumi:dev::homelab::pulumi-nodejs:dynamic/homelab:Preflight::preflight";
    const problem = 'proxmoxNode: no such node, got "pve9"; the nodes of this Proxmox are: pve1';
    const message = `pulumi-nodejs:dynamic/homelab:Preflight resource 'preflight' has a problem: ${problem}\n`;
    const event: EngineEvent = { diagnosticEvent: { urn, message, severity: "error" } };
    assert.deepEqual(errorsToShow(after(event, event)), [problem]);
  });

  it("keeps mandatory policy violations only", () => {
    const event = (enforcementLevel: string): EngineEvent => ({
      policyEvent: {
        resourceUrn: node,
        message: "has a LAN interface",
        policyName: "lan",
        enforcementLevel,
      },
    });
    assert.deepEqual(errorsToShow(after(event("advisory"), event("mandatory"))), [
      "app1-docker: policy lan: has a LAN interface",
    ]);
  });

  it("sums up the update, not the preview", () => {
    const state = after(
      { summaryEvent: { isPreview: true, resourceChanges: { create: 9 } } },
      { summaryEvent: { isPreview: false, resourceChanges: { create: 2, same: 4, delete: 1 } } },
    );
    assert.equal(describeChanges(state.changes), "2 created, 1 deleted");
    assert.equal(describeChanges({ same: 12 }), "no changes");
  });
});
