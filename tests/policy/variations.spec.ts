import assert from "node:assert/strict";
import { policies } from "../../policy/policies";
import { policyStack, recordProgram, violationsOf } from "../support/recordedProgram";
import { variations } from "./variations";

describe("every policy lets pass", function () {
  this.timeout(30_000); // the first run of the program loads the providers' SDKs
  for (const { name, config, policies: settings } of variations) {
    it(name, async () => {
      const recording = await recordProgram(config);
      for (const preview of [true, false]) {
        const stack = policyStack(recording, { preview });
        assert.deepEqual(await violationsOf(policies, stack, settings), {});
      }
    });
  }
});
