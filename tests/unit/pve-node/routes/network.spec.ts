import assert from "node:assert/strict";
import * as fs from "node:fs/promises";
import { dirname } from "node:path";
import { testNode } from "../../../support/pveNode";

const bridge =
  "iface=vmbr7&type=bridge&autostart=1&cidr=10.7.0.1%2F24&comments=private&bridge_vlan_aware=0";

describe("network routes", () => {
  async function nodeWithInterfaces(reload: string[]) {
    const node = await testNode({ reload });
    const { interfaces } = node.services.paths;
    await fs.mkdir(dirname(interfaces), { recursive: true });
    await fs.writeFile(interfaces, "auto lo\niface lo inet loopback\n");
    return node;
  }

  it("create a bridge, keep it pending and take it into use with a reload", async () => {
    await using node = await nodeWithInterfaces(["sh", "-c", "echo reloaded"]);
    const headers = await node.grant("admin", "/", "Administrator");
    const { app } = node;
    assert.equal((await app.inject("POST", "/nodes/pve1/network", headers, bridge)).status, 200);
    const { json } = await app.inject("GET", "/nodes/pve1/network?type=bridge", headers);
    assert.match(String(json.changes), /^\+auto vmbr7$/m);
    assert.deepEqual(json.data, [
      {
        iface: "vmbr7",
        type: "bridge",
        priority: 3,
        method: "static",
        method6: "manual",
        families: ["inet"],
        autostart: 1,
        cidr: "10.7.0.1/24",
        address: "10.7.0.1",
        netmask: "24",
        bridge_ports: "",
        bridge_stp: "off",
        bridge_fd: "0",
        comments: "private\n",
      },
    ]);
    const task = (await app.inject("PUT", "/nodes/pve1/network", headers)).json.data as string;
    assert.equal(await node.tasks.wait(task), "OK");
    const active = await fs.readFile(node.services.paths.interfaces, "utf8");
    assert.match(
      active,
      /iface vmbr7 inet static\n\taddress 10\.7\.0\.1\/24\n\tbridge-ports none\n/,
    );
    const after = await app.inject("GET", "/nodes/pve1/network", headers);
    assert.equal(after.json.changes, undefined);
    const again = await app.inject("POST", "/nodes/pve1/network", headers, bridge);
    assert.deepEqual(again.json.errors, { iface: "interface already exists" });
    const deleted = await app.inject("DELETE", "/nodes/pve1/network/vmbr7", headers);
    assert.equal(deleted.status, 200);
    const gone = await app.inject("GET", "/nodes/pve1/network/vmbr7", headers);
    assert.deepEqual(gone.json.errors, { iface: "interface does not exist" });
  });

  it("report a reload that failed, with its output", async () => {
    await using node = await nodeWithInterfaces(["sh", "-c", "echo broken >&2; exit 3"]);
    const headers = await node.grant("admin", "/", "Administrator");
    const task = (await node.app.inject("PUT", "/nodes/pve1/network", headers)).json.data as string;
    assert.match(await node.tasks.wait(task), /failed: exit code 3$/);
    assert.match((await node.tasks.store.log(task)) ?? "", /^broken$/m);
  });

  it("refuse changes without Sys.Modify", async () => {
    await using node = await nodeWithInterfaces(["true"]);
    const headers = await node.grant("auditor", "/", "PVEAuditor");
    const { status, reason } = await node.app.inject(
      "POST",
      "/nodes/pve1/network",
      headers,
      bridge,
    );
    assert.deepEqual([status, reason], [403, "Permission check failed (/nodes/pve1, Sys.Modify)"]);
  });
});
