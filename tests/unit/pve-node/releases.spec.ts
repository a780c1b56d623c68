import assert from "node:assert/strict";
import { nodeOptions } from "../../../pve-node/options";
import { pveRelease } from "../../../pve-node/version";
import { rootHeaders, testNode } from "../../support/pveNode";

describe("releases of Proxmox VE", () => {
  it("8.4: its version, VM.Monitor, groups of high availability", async () => {
    await using node = await testNode({ release: "8.4" });
    const root = await rootHeaders(node);
    const get = (path: string) => node.app.inject("GET", path, root);
    const version = (await get("/version")).json.data as { version: string; release: string };
    assert.deepEqual([version.version, version.release], ["8.4.21", "8.4"]);
    const role = (await get("/access/roles/PVEVMAdmin")).json.data as Record<string, 1>;
    assert.deepEqual([role["VM.Monitor"], role["VM.Replicate"]], [1, undefined]);
    assert.deepEqual((await get("/cluster/ha/groups")).json.data, []);
    assert.equal((await get("/cluster/ha/rules")).status, 501);
    const form = { ...root, "content-type": "application/x-www-form-urlencoded" };
    const make = (id: string, privs: string) =>
      node.app.inject("POST", "/access/roles", form, `roleid=${id}&privs=${privs}`);
    assert.equal((await make("Monitor", "VM.Monitor")).status, 200);
    assert.deepEqual((await make("Agent", "VM.GuestAgent.Audit")).json.errors, {
      privs: "invalid format - invalid privilege 'VM.GuestAgent.Audit'\n",
    });
  });

  it("9.1, unless told otherwise: its version, VM.GuestAgent.*, rules of high availability", async () => {
    await using node = await testNode();
    const root = await rootHeaders(node);
    const get = (path: string) => node.app.inject("GET", path, root);
    assert.equal(((await get("/version")).json.data as { release: string }).release, "9.1");
    const role = (await get("/access/roles/Administrator")).json.data as Record<string, 1>;
    assert.deepEqual([role["VM.Monitor"], role["VM.GuestAgent.Audit"]], [undefined, 1]);
    assert.deepEqual((await get("/cluster/ha/rules")).json.data, []);
    const groups = await get("/cluster/ha/groups");
    assert.equal(groups.reason, "cannot index groups: ha groups have been migrated to rules");
  });

  it("what root may is what its release knows", async () => {
    for (const [release, wanted] of [
      ["8.4", ["VM.Monitor"]],
      ["9.1", ["VM.Replicate"]],
    ] as const) {
      await using node = await testNode({ release });
      const root = await rootHeaders(node);
      const { json } = await node.app.inject("GET", "/access/permissions?path=/vms/101", root);
      const held = Object.keys((json.data as Record<string, Record<string, 1>>)["/vms/101"]!);
      const telling = ["VM.Monitor", "VM.Replicate"].filter((name) => held.includes(name));
      assert.deepEqual(telling, wanted);
    }
  });

  it("are chosen by name, and others are refused", () => {
    assert.equal(pveRelease(undefined), "9.1");
    assert.equal(nodeOptions([], { PVE_NODE_RELEASE: "8.4" }).release, "8.4");
    assert.throws(() => pveRelease("7.4"), /unknown Proxmox VE release "7.4"; choose 9.1 or 8.4/);
  });
});
