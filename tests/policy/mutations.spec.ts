import assert from "node:assert/strict";
import { policies } from "../../policy/policies";
import type { RecordedResource } from "../support/recordingMocks";
import { policyStack, recordProgram, violationsOf } from "../support/recordedProgram";
import { EditedStack } from "./mutation";
import { declaredEdits } from "./sourceEdits.declared";
import { firewallEdits } from "./sourceEdits.firewall";
import { serviceEdits } from "./sourceEdits.services";
import { ctMutations } from "./mutations.cts";
import { databaseMutations } from "./mutations.database";
import { declaredMutations } from "./mutations.declared";
import { deedMutations } from "./mutations.deeds";
import { formMutations } from "./mutations.forms";
import { guestMutations } from "./mutations.guests";
import { networkMutations } from "./mutations.network";
import { requestMutations } from "./mutations.requests";
import { serviceMutations } from "./mutations.services";

// Speak beside the policy that is meant: an edit of the script alone makes it differ from the rules that are
// kept in force, and from those that are loaded at the next boot; what opens everything is refused once
// more before it runs.
const COMPANIONS = [
  "ct-firewall-as-installed",
  "ct-firewall-persistent",
  "scripts-judged-before-run",
];
const sourceEdits = [...firewallEdits, ...serviceEdits, ...declaredEdits];
const mutations = [
  ...networkMutations,
  ...ctMutations,
  ...declaredMutations,
  ...formMutations,
  ...requestMutations,
  ...serviceMutations,
  ...guestMutations,
  ...deedMutations,
  ...databaseMutations,
];

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
      const named = Object.keys(found).filter((one) => !COMPANIONS.includes(one));
      const expected = COMPANIONS.includes(policy) ? named : [policy];
      assert.deepEqual(named, expected, JSON.stringify(found, undefined, 2));
      assert.ok(found[policy], "the policy that is meant says nothing");
      for (const { message } of found[policy] ?? []) {
        assert.match(message, /^[^:]+: .+, got .+; .+/, "subject, what is wrong, got, remedy");
        assert.doesNotMatch(message, /hunter2|PRIVATE KEY|secret-/, "a secret");
      }
    });
  }

  it("has an edit for every policy", () => {
    const tried = new Set([...mutations, ...sourceEdits].map(({ policy }) => policy));
    assert.deepEqual(
      policies.map(({ name }) => name).filter((name) => !tried.has(name)),
      [],
    );
  });
});
