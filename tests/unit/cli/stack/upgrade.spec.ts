import assert from "node:assert/strict";
import { versionOf } from "../../../../cli/stack/upgrade";
import { STATE_VERSION, stateVersionProblem } from "../../../../lib/stack/stateVersion";

const state = (outputs: object | undefined, ...types: string[]) => ({
  deployment: {
    resources: [
      { urn: "root", type: "pulumi:pulumi:Stack", outputs },
      ...types.map((type) => ({ urn: type, type })),
    ],
  },
});

describe("the version of a state", () => {
  it("is unknown for a stack that has nothing", () => {
    assert.equal(versionOf({ deployment: {} }), undefined);
  });

  it("is 1 for a stack of before there were versions", () => {
    assert.equal(versionOf(state({ targets: [] }, "homelab:components:LoadBalancer")), 1);
  });

  it("is what the stack says", () => {
    assert.equal(versionOf(state({ targets: [], stateVersion: 7 })), 7);
  });

  it("is this program's for a first update of its own that was cut off", () => {
    assert.equal(versionOf(state(undefined, "homelab:components:Site")), STATE_VERSION);
    assert.equal(versionOf(state(undefined, "homelab:components:LoadBalancer")), 1);
  });

  it("is refused when a newer program has written it", () => {
    assert.equal(stateVersionProblem(STATE_VERSION), undefined);
    assert.match(stateVersionProblem(STATE_VERSION + 1) ?? "", /updated by a newer version/);
  });
});
