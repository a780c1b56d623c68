import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { TargetDrainInputs, TargetDrainState } from "../../../provider/targetDrain.provider";
import { targetDrainProvider } from "../../../provider/targetDrain.provider";
import { fakeNode } from "./fakeSsh";

/** The file \`stats\` is what HAProxy tells; without it its CT is stopped. Other calls are logged. */
const PCT = `#!/bin/bash
case "$1" in
  status) [ -e "$LAB/stats" ] && echo "status: running" || echo "status: stopped" ;;
  exec)
    if [[ "$6" == *"is-active"* ]]; then cat "$LAB/stats"
    else echo "$6" >> "$LAB/drains"; fi ;;
esac
`;

const row = (name: string, state: string) =>
  ["app", name, ...Array<string>(15).fill("0"), state].join(",");
const stats = (states: Record<string, string>) =>
  [
    "# pxname,svname",
    ...Object.entries({ ...states, BACKEND: "UP" }).map(([n, s]) => row(n, s)),
  ].join("\n");

describe("draining a target before its app node changes", function () {
  this.timeout(30_000);
  const provider = targetDrainProvider as Required<typeof targetDrainProvider>;
  let node: ReturnType<typeof fakeNode>;

  beforeEach(() => {
    node = fakeNode();
    writeFileSync(join(node.folder, "bin", "pct"), PCT);
  });
  afterEach(() => node[Symbol.dispose]());

  const tell = (states: Record<string, string>) =>
    writeFileSync(join(node.folder, "stats"), stats(states));
  const drains = () => {
    const file = join(node.folder, "drains");
    return existsSync(file) ? readFileSync(file, "utf8") : "";
  };
  const inputs: TargetDrainInputs = {
    target: "app1",
    node: { host: "h", port: 22, user: "root", hostKey: "ssh-ed25519 A" },
    loadBalancer: 110,
    causes: ["one"],
    deregistrationDelaySeconds: 1,
    allowOutage: false,
    newcomers: [],
    patienceSeconds: 0,
  };
  const olds: TargetDrainState = { ...inputs, drains: 3, stateVersion: 1 };
  const changed = { ...inputs, causes: ["two"] };

  it("leaves a stack alone that has no load balancer yet", async () => {
    const { outs } = await provider.create(inputs);
    assert.equal(outs?.drains, 0);
    assert.equal(drains(), "");
  });

  it("leaves a target alone that is not in the rotation yet", async () => {
    tell({ app1: "DOWN", app2: "UP" });
    assert.equal((await provider.create(inputs)).outs?.drains, 0);
    assert.equal(drains(), "");
  });

  it("takes out a target that serves, when all others do, and counts it", async () => {
    tell({ app1: "UP", app2: "UP", app3: "no check" });
    const { outs } = await provider.update("id", olds, changed);
    assert.equal(outs?.drains, 4);
    assert.match(drains(), /set server app\/app1 state drain/);
  });

  it("takes out nothing while another one does not serve, and names it", async () => {
    tell({ app1: "UP", app2: "DOWN", app3: "DRAIN" });
    await assert.rejects(provider.update("id", olds, changed), (error: Error) => {
      assert.match(error.message, /^target app1 is not taken out while others do not serve/);
      assert.match(error.message, /\(app2 DOWN, app3 DRAIN\), and nothing of it was changed/);
      return true;
    });
    assert.equal(drains(), "");
  });

  it("takes a target that fails its checks for one that does not serve", async () => {
    tell({ app1: "UP", app2: "UP 1/2" });
    await assert.rejects(provider.update("id", olds, changed), /\(app2 UP 1\/2\)/);
    assert.equal(drains(), "");
  });

  it("waits a moment for a target that comes back", async () => {
    tell({ app1: "UP", app2: "DOWN 1/2" });
    // The second look finds it up.
    writeFileSync(
      join(node.folder, "bin", "pct"),
      PCT.replace('cat "$LAB/stats"', 'cat "$LAB/stats"; sed -i "s/DOWN 1.2/UP/" "$LAB/stats"'),
    );
    await provider.update("id", olds, { ...changed, patienceSeconds: 5 });
    assert.match(drains(), /app1 state drain/);
  });

  it("does not wait for targets that are only now made, and does not count them", async () => {
    tell({ app1: "UP", app2: "UP", app4: "MAINT" });
    const grown = { ...changed, newcomers: ["app4"] };
    await provider.update("id", olds, grown);
    assert.match(drains(), /app1 state drain/);
    tell({ app1: "UP", app4: "MAINT" });
    await assert.rejects(provider.update("id", olds, grown), /is the only one/);
  });

  it("refuses to take out the only one, unless that is allowed", async () => {
    tell({ app1: "UP" });
    await assert.rejects(provider.update("id", olds, changed), /is the only one.*--allow-outage/);
    await provider.update("id", olds, { ...changed, allowOutage: true });
    assert.match(drains(), /app1 state drain/);
  });

  it("changes with its causes alone", async () => {
    assert.equal((await provider.diff("id", olds, inputs)).changes, false);
    assert.equal(
      (await provider.diff("id", olds, { ...inputs, allowOutage: true })).changes,
      false,
    );
    assert.equal((await provider.diff("id", olds, changed)).changes, true);
    const renamed = await provider.diff("id", olds, { ...inputs, target: "app9" });
    assert.deepEqual(renamed, { changes: true, replaces: ["target"] });
  });
});
