import assert from "node:assert/strict";
import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { readinessGateProvider } from "../../../provider/readinessGate.provider";
import { fakeNode } from "./fakeSsh";
import { serialised } from "./serialised";

const inputs = {
  subject: "target app1",
  from: { host: "h", port: 22, user: "root", hostKey: "ssh-ed25519 A", keyFile: "/k" },
  url: "http://10.10.10.11:3000/healthz",
  deadlineSeconds: 0,
  triggers: ["a"],
};
const cts = { node: inputs.from, vmids: [110, 111] };

describe("readiness gate", function () {
  this.timeout(30_000);
  let node: ReturnType<typeof fakeNode>;
  let provider: Required<typeof readinessGateProvider>;

  before(async () => {
    provider = (await serialised(readinessGateProvider)) as typeof provider;
  });
  beforeEach(() => (node = fakeNode()));
  afterEach(() => node[Symbol.dispose]());

  const answer = (text: string, code = 0) => {
    const file = join(node.folder, "bin", "curl");
    writeFileSync(file, `#!/bin/bash\nprintf '${text}'\nexit ${code}\n`);
    chmodSync(file, 0o755);
  };

  it("passes on 200", async () => {
    answer("ok\\n200");
    assert.equal((await provider.create(inputs)).id, "ready-target app1");
  });

  it("fails with its last observation when the deadline comes first", async () => {
    answer("db: refused\\n503");
    await assert.rejects(
      provider.create(inputs),
      /^Error: target app1: not ready after 0 s \(1 probes, last: 503 "db: refused"\)$/,
    );
  });

  it("says why nothing answered", async () => {
    answer("curl: (7) refused\\n000", 7);
    await assert.rejects(provider.create(inputs), /last: exit status 7: curl: \(7\) refused/);
  });

  it("takes a login for the probe where there is no URL", async () => {
    await provider.create({ ...inputs, url: "" });
  });

  it("gives up at once when a CT that it needs has stopped", async () => {
    answer("curl: (7) no route\\n000", 7);
    writeFileSync(join(node.folder, "stopped"), "");
    const from = Date.now();
    await assert.rejects(
      provider.create({ ...inputs, cts, deadlineSeconds: 600 }),
      /^Error: target app1: cannot get ready without a CT that has stopped, got 110, 111 after 4 probes \(last: exit status 7: curl: \(7\) no route\); /,
    );
    assert.ok(Date.now() - from < 15_000);
  });

  it("waits to its deadline while its CTs run", async () => {
    answer("db: refused\\n503");
    await assert.rejects(
      provider.create({ ...inputs, cts, deadlineSeconds: 5 }),
      /not ready after 5 s/,
    );
  });

  it("waits again when a trigger changes, and only then", async () => {
    const state = { ...inputs, stateVersion: 1 as const };
    assert.equal((await provider.diff("id", state, inputs)).changes, false);
    assert.equal((await provider.diff("id", state, { ...inputs, triggers: ["b"] })).changes, true);
  });
});
