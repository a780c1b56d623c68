import assert from "node:assert/strict";
import { policies } from "../../policy/policies";
import { recordEdited } from "../support/editedProgram";
import { policyStack, violationsOf } from "../support/recordedProgram";
import { goodEdits } from "./goodEdits";
import { declaredEdits } from "./sourceEdits.declared";
import { firewallEdits } from "./sourceEdits.firewall";
import { serviceEdits } from "./sourceEdits.services";

const sourceEdits = [...firewallEdits, ...serviceEdits, ...declaredEdits];

describe("an edit of the program's sources", function () {
  this.timeout(60_000); // the first run of the program loads the providers' SDKs
  for (const { policy, name, edits, config, atUpdate } of sourceEdits) {
    it(`is stopped by ${policy}: ${name}`, async () => {
      const recording = await recordEdited(edits, config);
      const stack = policyStack(recording, { preview: !atUpdate });
      const found = await violationsOf(policies, stack);
      assert.ok(found[policy], `it is not, but by ${JSON.stringify(found, undefined, 2)}`);
    });
  }
  for (const { name, edits, config, policies: settings } of goodEdits) {
    it(`passes: ${name}`, async () => {
      const recording = await recordEdited(edits, config);
      for (const preview of [true, false]) {
        const stack = policyStack(recording, { preview });
        assert.deepEqual(await violationsOf(policies, stack, settings), {});
      }
    });
  }
});
