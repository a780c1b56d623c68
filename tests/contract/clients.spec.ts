import assert from "node:assert/strict";
import { fakeCts, type FakeCts } from "../support/fakeCts";
import { rootHeaders, testNode, type TestNode } from "../support/pveNode";

type Form = Record<string, string>;

/** What programs of others were seen to send, and what a real node answers. */
describe("requests of other programs", () => {
  let node: TestNode;
  let cts: FakeCts;
  let root: Record<string, string>;
  beforeEach(async () => {
    cts = fakeCts();
    node = await testNode({ backend: cts, guests: undefined });
    root = { ...(await rootHeaders(node)), "content-type": "application/x-www-form-urlencoded" };
  });
  afterEach(() => node[Symbol.asyncDispose]());

  const ask = (method: string, path: string, form: Form = {}, headers = root) =>
    node.app.inject(method, path, headers, new URLSearchParams(form).toString());
  const task = async (path: string, form: Form, headers = root) => {
    const { status, json } = await ask("POST", path, form, headers);
    assert.equal(status, 200, JSON.stringify(json));
    const upid = String(json.data);
    return { end: await node.tasks.wait(upid), log: (await node.tasks.store.log(upid)) ?? "" };
  };
  const newCt = (vmid: string, more: Form = {}) =>
    task("/nodes/pve1/lxc", { vmid, ostemplate: "local:vztmpl/t.tar.zst", ...more });

  describe("proxmox-api-go", () => {
    it("removes a user that is not there before its tests, which is no error", async () => {
      const { status, json } = await ask("DELETE", "/access/users/Test_User_Create@pve");
      assert.deepEqual([status, json.data], [200, null]);
      assert.equal((await ask("GET", "/access/users/Test_User_Create@pve")).status, 500);
    });

    it("clears a comment with a blank, which is none when it is read again", async () => {
      await ask("POST", "/access/users", { userid: "t@pve", comment: "before" });
      await ask("POST", "/access/users/t@pve/token/t1", { comment: "before" });
      await ask("POST", "/access/groups", { groupid: "g", comment: "before" });
      await ask("POST", "/pools", { poolid: "p", comment: "before" });
      await ask("PUT", "/access/users/t@pve/token/t1", { comment: " " });
      await ask("PUT", "/access/users/t@pve", { comment: " " });
      await ask("PUT", "/access/groups/g", { comment: " " });
      await ask("PUT", "/pools", { poolid: "p", comment: " " });
      const paths = ["/access/users/t@pve/token/t1", "/access/users/t@pve", "/access/groups/g"];
      for (const path of [...paths, "/pools/p"]) {
        const { data } = (await ask("GET", path)).json as { data: { comment?: string } };
        assert.equal(data.comment ?? "", "", path);
      }
    });
  });

  describe("terraform-provider-proxmox", () => {
    it("makes a template in one call", async () => {
      assert.equal((await newCt("7101", { template: "1" })).end, "OK");
      assert.equal(cts.cts.get(7101)?.options.template, "1");
      const again = await ask("POST", "/nodes/pve1/lxc/7101/template");
      assert.match(again.json.message ?? "", /can't convert a template to a template/);
    });
  });

  describe("Ansible's community.proxmox", () => {
    it("says with a backup how it wants to be told of it", async () => {
      await newCt("7102");
      const asked = { vmid: "7102", storage: "local", mode: "stop", compress: "zstd" };
      const more = { "notification-mode": "auto", protected: "0", remove: "0" };
      const { end, log } = await task("/nodes/pve1/vzdump", { ...asked, ...more });
      assert.equal(end, "OK", log);
      assert.match(log, /options without effect on this node: notification-mode/);
    });

    it("keeps as many backups as it asks for", async () => {
      await newCt("7103");
      const asked = { vmid: "7103", storage: "local", "prune-backups": "keep-last=1" };
      assert.equal((await task("/nodes/pve1/vzdump", asked)).end, "OK");
      await new Promise((resolve) => setTimeout(resolve, 1100)); // names and ages are in seconds
      const { end, log } = await task("/nodes/pve1/vzdump", asked);
      assert.equal(end, "OK", log);
      assert.match(log, /pruned 1 backup\(s\)/);
      const listed = await ask("GET", "/nodes/pve1/storage/local/content");
      const backups = (listed.json.data as { volid: string }[]).map(({ volid }) => volid);
      assert.equal(backups.filter((volid) => volid.includes("vzdump-lxc-7103-")).length, 1);
    });
  });

  it("are refused by name where they ask a backup for what only root may", async () => {
    const admin = await node.grant("admin", "/", "PVEAdmin");
    const headers = { ...admin, "content-type": "application/x-www-form-urlencoded" };
    const dumpdir = await ask("POST", "/nodes/pve1/vzdump", { all: "1", dumpdir: "/tmp" }, headers);
    assert.deepEqual(dumpdir.json.errors, { dumpdir: "Only root may set this option." });
    const bwlimit = await ask("POST", "/nodes/pve1/vzdump", { all: "1", bwlimit: "1" }, headers);
    assert.deepEqual(
      [bwlimit.status, bwlimit.reason],
      [403, "Permission check failed (/, Sys.Modify)"],
    );
    const auditor = await node.grant("auditor", "/", "PVEDatastoreUser");
    const form = { all: "1", storage: "local", "prune-backups": "keep-last=1" };
    const who = { ...auditor, "content-type": "application/x-www-form-urlencoded" };
    assert.equal((await ask("POST", "/nodes/pve1/vzdump", form, who)).status, 403);
  });
});
