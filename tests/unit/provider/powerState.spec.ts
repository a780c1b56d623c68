import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { CA_FILE_VARIABLE } from "../../../lib/stack/machineFiles";
import type { PowerStateInputs, PowerStateState } from "../../../provider/powerState.provider";
import { powerStateProvider } from "../../../provider/powerState.provider";
import type { FakeProxmox } from "./fakeProxmox";
import { fakeProxmox, TOKEN } from "./fakeProxmox";
import { fakeNode } from "./fakeSsh";

describe("power state of the CTs", function () {
  this.timeout(30_000);
  let proxmox: FakeProxmox;
  let provider: Required<typeof powerStateProvider>;

  before(async () => {
    proxmox = await fakeProxmox();
    process.env[CA_FILE_VARIABLE] = proxmox.caFile;
    provider = powerStateProvider as typeof provider;
  });
  after(() => {
    delete process.env[CA_FILE_VARIABLE];
    return proxmox.close();
  });

  const cts = (...data: object[]) => (proxmox.answers["/nodes/pve1/lxc"] = { data });

  async function check(before?: Record<string, number>) {
    const result = await provider.check({ starts: before } as unknown as PowerStateInputs, {
      endpoint: proxmox.endpoint,
      nodeName: "pve1",
      node: { host: "h", port: 22, user: "root", hostKey: "ssh-ed25519 A" },
      vmids: [150, 111],
      token: TOKEN,
    });
    return result.inputs as unknown as PowerStateInputs & PowerStateState;
  }

  it("changes nothing while the CTs run", async () => {
    cts({ vmid: 111, status: "running" }, { vmid: 150, status: "running" });
    const before = await check({ "111": 2, "150": 0 });
    assert.deepEqual(before.starts, { "111": 2, "150": 0 });
    assert.deepEqual(await provider.diff("id", before, await check(before.starts)), {
      changes: false,
    });
  });

  it("starts only the CT that was stopped, and counts it", async () => {
    cts({ vmid: 111, status: "stopped" }, { vmid: 150, status: "running" });
    const olds: PowerStateInputs & PowerStateState = {
      ...(await check()),
      starts: { "111": 0, "150": 0 },
    };
    const news = await check(olds.starts);
    assert.deepEqual(news.starts, { "111": 1, "150": 0 });
    assert.equal((await provider.diff("id", olds, news)).changes, true);
    const node = fakeNode();
    try {
      writeFileSync(join(node.folder, "stopped"), "");
      const { outs } = await provider.update("id", olds, news);
      assert.deepEqual(outs?.starts, news.starts);
      assert.equal(readFileSync(join(node.folder, "calls"), "utf8"), "status 111\nstart 111\n");
    } finally {
      node[Symbol.dispose]();
    }
  });

  it("fails with Proxmox's words, but for a CT whose configuration is not finished", async () => {
    cts({ vmid: 111, status: "stopped" }, { vmid: 150, status: "running" });
    const olds: PowerStateInputs & PowerStateState = {
      ...(await check()),
      starts: { "111": 0, "150": 0 },
    };
    const news = await check(olds.starts);
    using node = fakeNode();
    const fails = () => {
      writeFileSync(join(node.folder, "stopped"), "");
      writeFileSync(join(node.folder, "start-fails"), "startup for container '111' failed\n");
    };
    fails();
    await assert.rejects(provider.update("id", olds, news), {
      message: "unable to start CT 111: exit status 1: startup for container '111' failed",
    });
    fails();
    mkdirSync(join(node.folder, "notes"));
    const note = { features: "", previousFeatures: "", addedLines: [], finished: false };
    writeFileSync(join(node.folder, "notes", "ct-111.json"), JSON.stringify(note));
    assert.deepEqual((await provider.update("id", olds, news)).outs?.starts, news.starts);
  });

  it("leaves alone a CT that is new to the stack, locked, or not there", async () => {
    cts({ vmid: 111, status: "stopped" });
    assert.deepEqual((await check()).starts, { "111": 0, "150": 0 });
    cts({ vmid: 111, status: "stopped", lock: "backup" });
    assert.deepEqual((await check({ "111": 3, "150": 0 })).starts, { "111": 3, "150": 0 });
  });

  it("leaves it to the preflight to say that Proxmox does not answer", async () => {
    proxmox.answers["/nodes/pve1/lxc"] = { status: 403, reason: "Permission check failed" };
    assert.deepEqual((await check({ "111": 3, "150": 0 })).starts, { "111": 3, "150": 0 });
  });

  it("keeps the token out of the state", async () => {
    assert.ok(!JSON.stringify(await check()).includes("11111111-2222"));
  });
});
