import assert from "node:assert/strict";
import { guardedFiles } from "../../../../cli/ci/guarded";
import { readLabels, VERDICTS, verdictOf } from "../../../../cli/ci/verdict";

const found = {
  ...{ baseBroken: false, headBroken: false, rehearsalFailed: false },
  ...{ dataLoss: false, violated: false, guarded: false, labels: new Set<string>() },
};

describe("what a preview ends with", () => {
  it("is the worst that was found, each with a status of its own", () => {
    assert.equal(verdictOf(found), "ok");
    assert.equal(verdictOf({ ...found, guarded: true }), "guarded");
    assert.equal(verdictOf({ ...found, guarded: true, rehearsalFailed: true }), "rehearsal");
    assert.equal(verdictOf({ ...found, guarded: true, violated: true }), "violation");
    assert.equal(verdictOf({ ...found, violated: true, dataLoss: true }), "data-loss");
    assert.equal(verdictOf({ ...found, headBroken: true }), "head-broken");
    assert.equal(verdictOf({ ...found, headBroken: true, baseBroken: true }), "base-broken");
    const statuses = Object.values(VERDICTS).map(({ exit }): number => exit);
    assert.equal(new Set(statuses).size, statuses.length);
    assert.ok(
      statuses.every((status) => status !== 1 && status !== 2),
      "1 and 2 are the tool's",
    );
  });

  it("passes by the label that is meant, and by no other", () => {
    const labels = (text: string) => ({ ...found, labels: readLabels(text) });
    assert.equal(verdictOf({ ...labels("bug, allow-data-loss"), dataLoss: true }), "ok");
    assert.equal(
      verdictOf({ ...labels("allow-guarded-change"), dataLoss: true }),
      "data-loss",
      "another label",
    );
    assert.equal(verdictOf({ ...labels("allow-guarded-change"), guarded: true }), "ok");
    assert.equal(
      verdictOf({ ...labels("allow-data-loss,allow-guarded-change"), violated: true }),
      "violation",
      "no label allows a violation",
    );
    assert.deepEqual([...readLabels("Allow-Data-Loss,x allow-data-loss,")], []);
  });
});

describe("guarded files", () => {
  it("are those that decide what a check finds", () => {
    for (const file of [
      "policy/policies/index.ts",
      "policy/config.dev.json",
      "lib/security/pgHba.ts",
      "lib/haproxy/haproxyConfig.ts",
      ".github/workflows/preview.yml",
      "action.yml",
      "lab",
      "cli/ci/verdict.ts",
      "cli/commands/ci.ts",
      "cli/stack/environment.ts",
      "package-lock.json",
      "toolchain/versions.ts",
      "pve-node/image/Dockerfile",
    ]) {
      assert.deepEqual(
        guardedFiles([file]).flatMap(({ files }) => files),
        [file],
        file,
      );
    }
  });

  it("are not those that the preview itself shows the effect of", () => {
    const free = [
      ...["index.ts", "components/appNode.ts", "lib/stack/guestKinds.ts", "app/page.ts"],
      ...["Pulumi.dev.yaml", "docs/security.md", "README.md", "tests/policy/caps.spec.ts"],
    ];
    assert.deepEqual(guardedFiles(free), []);
  });
});
