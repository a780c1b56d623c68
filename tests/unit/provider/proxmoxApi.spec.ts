import assert from "node:assert/strict";
import { askProxmox } from "../../../provider/proxmoxApi";
import { type FakeProxmox, fakeProxmox, TOKEN } from "./fakeProxmox";

describe("a question to Proxmox", function () {
  this.timeout(15_000);
  let proxmox: FakeProxmox;
  before(async () => (proxmox = await fakeProxmox()));
  after(() => proxmox.close());

  const ask = () => {
    const { endpoint, caFile } = proxmox;
    proxmox.asked.length = 0;
    return askProxmox({ endpoint, caFile, token: TOKEN, timeoutSeconds: 5 }, "/version");
  };

  it("is put again when the answer was lost on its way, three times at most", async () => {
    proxmox.answers["/version"] = { status: 596, reason: "Broken pipe" };
    assert.equal((await ask()).status, 596);
    assert.equal(proxmox.asked.length, 3);
    setTimeout(() => (proxmox.answers["/version"] = { data: { version: "9.2" } }), 500);
    assert.deepEqual((await ask()).data, { version: "9.2" });
    assert.equal(proxmox.asked.length, 2);
  });

  it("is put once where Proxmox says no", async () => {
    proxmox.answers["/version"] = { status: 500, reason: "no" };
    assert.equal((await ask()).status, 500);
    assert.equal(proxmox.asked.length, 1);
  });

  it("has what stands beside the data", async () => {
    proxmox.answers["/version"] = { data: [], changes: "@@ -1 +1 @@" };
    assert.equal((await ask()).changes, "@@ -1 +1 @@");
  });
});
