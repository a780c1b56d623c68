import assert from "node:assert/strict";
import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { readinessGateProvider } from "../../../provider/readinessGate.provider";
import { fakeNode } from "./fakeSsh";

const inputs = {
  subject: 'CT 111 "app1": SSH on 10.10.10.11',
  from: { host: "h", port: 22, user: "root", hostKey: "ssh-ed25519 A" },
  deadlineSeconds: 0,
  triggers: ["a"],
};
const node = { ...inputs.from, host: "node" };
const cts = { node, vmids: [110, 111] };

describe("readiness gate", function () {
  this.timeout(30_000);
  let lab: ReturnType<typeof fakeNode>;
  let provider: Required<typeof readinessGateProvider>;

  before(() => {
    provider = readinessGateProvider as typeof provider;
  });
  beforeEach(() => (lab = fakeNode()));
  afterEach(() => lab[Symbol.dispose]());

  /** No login but on the Proxmox node. */
  const refuseLogins = () => {
    const file = join(lab.folder, "bin", "ssh");
    const refuse = `[[ " $* " == *root@node* ]] || { echo "Connection refused" >&2; exit 255; }`;
    const pct = `export LAB=${lab.folder}; bash -s`;
    writeFileSync(file, `#!/bin/bash\n${refuse}\n${pct}\n`);
    chmodSync(file, 0o755);
  };

  it("passes once a login ends well", async () => {
    assert.equal((await provider.create(inputs)).id, `ready-${inputs.subject}`);
  });

  it("fails with its last observation when the deadline comes first", async () => {
    refuseLogins();
    await assert.rejects(provider.create(inputs), {
      message: `${inputs.subject}: not ready after 0 s (1 probes, last: Connection refused)`,
    });
  });

  it("gives up at once when a CT that it needs has stopped", async () => {
    refuseLogins();
    writeFileSync(join(lab.folder, "stopped"), "");
    const from = Date.now();
    await assert.rejects(
      provider.create({ ...inputs, cts, deadlineSeconds: 600 }),
      /cannot get ready without a CT that has stopped, got 110, 111 after 4 probes \(last: Connection refused\); /,
    );
    assert.ok(Date.now() - from < 15_000);
  });

  it("waits to its deadline while its CTs run", async () => {
    refuseLogins();
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
