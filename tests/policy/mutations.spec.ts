import assert from "node:assert/strict";
import { policies } from "../../policy/policies";
import type { RecordedResource } from "../support/recordingMocks";
import { policyStack, recordProgram, violationsOf } from "../support/recordedProgram";
import { EditedStack } from "./mutation";
import { ctMutations } from "./mutations.cts";
import { networkMutations } from "./mutations.network";

const COMPANION = "ct-firewall-as-installed";
const mutations = [...networkMutations, ...ctMutations];

describe("a bad edit of the program is stopped by the policy that is meant to", function () {
  this.timeout(30_000); // the first run of the program loads the providers' SDKs
  let recording: RecordedResource[];
  before(async () => {
    recording = await recordProgram();
  });

  for (const { policy, name, edit } of mutations) {
    it(`${policy}: ${name}`, async () => {
      const stack = new EditedStack(structuredClone(recording));
      edit(stack);
      const found = await violationsOf(policies, policyStack(stack.resources));
      // An edit of the script alone makes it differ from the rules that are kept in force as well.
      const named = Object.keys(found).filter((one) => one === policy || one !== COMPANION);
      assert.deepEqual(named, [policy], JSON.stringify(found, undefined, 2));
      for (const { message } of found[policy] ?? []) {
        assert.match(message, /^[^:]+: .+, got .+; .+/, "subject, what is wrong, got, remedy");
        assert.doesNotMatch(message, /hunter2|PRIVATE KEY|secret-/, "a secret");
      }
    });
  }

  it("has an edit for every policy", () => {
    const tried = new Set(mutations.map(({ policy }) => policy));
    assert.deepEqual(
      policies.map(({ name }) => name).filter((name) => !tried.has(name)),
      [],
    );
  });
});
