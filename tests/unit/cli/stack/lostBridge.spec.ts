import assert from "node:assert/strict";
import { lostBridgeOf, removeIfOurs } from "../../../../cli/stack/lostBridge";
import { type FakeProxmox, fakeProxmox, TOKEN } from "../../provider/fakeProxmox";

const preflight = {
  urn: "urn:pulumi:home::homelab::homelab:components:Site$pulumi-nodejs:dynamic/homelab:Preflight::site-preflight",
  type: "pulumi-nodejs:dynamic/homelab:Preflight",
  outputs: { needs: { privateBridge: "vmbr1", nodeName: "pve1" } },
};
const bridge = {
  urn: "urn:pulumi:home::homelab::proxmoxve:network/linux/bridge:Bridge::site-network-private",
  type: "proxmoxve:network/linux/bridge:Bridge",
};

describe("a bridge that the node has and the state does not", () => {
  it("may be there once the preflight has passed, as long as the state has no bridge", () => {
    const state = (...resources: object[]) => ({ deployment: { resources: resources as never } });
    assert.deepEqual(lostBridgeOf(state(preflight)), { name: "vmbr1", nodeName: "pve1" });
    assert.equal(lostBridgeOf(state(preflight, bridge)), undefined);
    assert.equal(lostBridgeOf(state()), undefined);
    assert.equal(lostBridgeOf({ deployment: {} }), undefined);
  });

  describe("on a Proxmox node", function () {
    this.timeout(10_000);
    let proxmox: FakeProxmox;
    before(async () => (proxmox = await fakeProxmox()));
    after(() => proxmox.close());

    /** What the node was told when its network is as given. */
    async function remove(entry: object, changes?: string, bridgeOfCt = "vmbr0") {
      proxmox.changed.length = 0;
      const own = { iface: "vmbr1", type: "bridge", ...entry };
      Object.assign(proxmox.answers, {
        "/nodes/pve1/network": { data: [{ iface: "vmbr0", type: "bridge" }, own], changes },
        "/nodes/pve1/lxc": { data: [{ vmid: 300, name: "mail" }] },
        "/nodes/pve1/lxc/300/config": { data: { net0: `name=eth0,bridge=${bridgeOfCt}` } },
      });
      const [tokenId = "", tokenSecret = ""] = TOKEN.split("=");
      const access = { apiUrl: proxmox.endpoint, caFile: proxmox.caFile, tokenId, tokenSecret };
      await removeIfOurs(access, { name: "vmbr1", nodeName: "pve1" }, () => undefined);
      return proxmox.changed;
    }
    const comments = "private subnet of the homelab\n";
    const diff = (name: string) => `@@ -1 +1,3 @@\n+auto ${name}\n+iface ${name} inet manual\n`;

    it("is left alone when its comment is not this program's", async () => {
      assert.deepEqual(await remove({ active: 1 }), []);
    });

    it("is taken out of what waits, without applying it", async () => {
      const taken = ["DELETE /nodes/pve1/network/vmbr1"];
      assert.deepEqual(await remove({ comments }, diff("vmbr1")), taken);
      assert.deepEqual(await remove({ comments }, diff("vmbr1") + diff("vmbr7")), taken);
    });

    it("is removed and applied where it is in force", async () => {
      assert.deepEqual(await remove({ comments, active: 1 }), [
        "DELETE /nodes/pve1/network/vmbr1",
        "PUT /nodes/pve1/network",
      ]);
    });

    it("stays when that would apply changes of somebody else, or a guest uses it", async () => {
      await assert.rejects(
        remove({ comments, active: 1 }, diff("vmbr7")),
        /changes of vmbr7 that wait/,
      );
      assert.deepEqual(proxmox.changed, []);
      await assert.rejects(remove({ comments, active: 1 }, undefined, "vmbr1"), /CT 300 "mail"/);
      assert.deepEqual(proxmox.changed, []);
    });
  });
});
