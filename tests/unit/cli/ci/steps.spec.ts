import assert from "node:assert/strict";
import { readEvents } from "../../../../cli/ci/steps";
import { COMPONENTS, eventLog, TYPES } from "../../../support/previewEvents";

const db = [COMPONENTS.database, "db"] as [string, string];

describe("the events of a preview", () => {
  it("tell a replaced resource as one step with its old and new inputs", () => {
    const told = { type: TYPES.ct, name: "db-ct", inside: db, diff: ["vmId"] };
    const text = eventLog([
      { ...told, op: "create-replacement", old: { vmId: 150 }, new: { vmId: 151 } },
      { ...told, op: "replace", old: { vmId: 150 }, new: { vmId: 151 } },
      { ...told, op: "delete-replaced", old: { vmId: 150 } },
    ]);
    const [step] = readEvents(text).steps.filter(({ name }) => name === "db-ct");
    assert.equal(step?.change, "replaced");
    assert.deepEqual(step?.causes, ["vmId"]);
    assert.deepEqual([step?.old, step?.new], [{ vmId: 150 }, { vmId: 151 }]);
  });

  it("tell violations with their remedy, and errors without colours", () => {
    const { violations, errors } = readEvents(
      eventLog(
        [],
        [
          {
            policyEvent: {
              policyName: "lb-health-check",
              enforcementLevel: "mandatory",
              message:
                "<{%reset%}>Every target is checked.\nlb: no check, got none; add option httpchk",
            },
          },
          { diagnosticEvent: { severity: "error", message: "<{%fg 1%}>boom<{%reset%}>" } },
          { diagnosticEvent: { severity: "error", message: "again", ephemeral: true } },
          { diagnosticEvent: { severity: "warning", message: "only a warning" } },
        ],
      ),
    );
    assert.deepEqual(violations, [
      {
        policy: "lb-health-check",
        mandatory: true,
        message: "lb: no check, got none; add option httpchk",
      },
    ]);
    assert.deepEqual(errors, ["boom"]);
  });

  it("tell a violation once, however often the engine does", () => {
    const policyEvent = {
      ...{ policyName: "ct-tagged", enforcementLevel: "mandatory", message: "lb: a, got b; c" },
      resourceUrn: "urn:pulumi:dev::homelab::a:b:Ct::lb-ct",
    };
    const other = { ...policyEvent, resourceUrn: `${policyEvent.resourceUrn}-2` };
    const told = [policyEvent, policyEvent, other].map((one) => ({ policyEvent: one }));
    assert.deepEqual(
      readEvents(eventLog([], told)).violations.map(({ resource }) => resource),
      ["lb-ct", "lb-ct-2"],
    );
  });

  it("tell nothing of what stays as it is", () => {
    const text = eventLog([{ op: "same", type: TYPES.ct, name: "lb-ct", old: {}, new: {} }]);
    assert.deepEqual(
      readEvents(text).steps.map(({ change }) => change),
      ["unchanged"],
    );
  });
});
