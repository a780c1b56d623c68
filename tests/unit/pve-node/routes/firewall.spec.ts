import assert from "node:assert/strict";
import { rootHeaders, testNode, type TestNode } from "../../../support/pveNode";

describe("firewall routes", () => {
  let node: TestNode;
  let root: Record<string, string>;
  beforeEach(async () => {
    node = await testNode();
    root = { ...(await rootHeaders(node)), "content-type": "application/x-www-form-urlencoded" };
  });
  afterEach(() => node[Symbol.asyncDispose]());

  const call = (method: string, path: string, values: Record<string, string | number> = {}) => {
    const form = Object.entries(values).map(([key, value]): [string, string] => [key, `${value}`]);
    const text = new URLSearchParams(form).toString();
    const query = method === "POST" || method === "PUT" || text === "" ? "" : `?${text}`;
    return node.app.inject(method, path + query, root, query === "" ? text : "");
  };
  const rules = async (path: string) =>
    ((await call("GET", path)).json.data as { comment?: string }[]).map(({ comment }) => comment);

  it("keep rules in their order, and refuse a change of another state", async () => {
    const path = "/nodes/pve1/lxc/101/firewall/rules";
    for (const comment of ["a", "b", "c"])
      await call("POST", path, { type: "in", action: "ACCEPT", comment });
    assert.deepEqual(await rules(path), ["c", "b", "a"]);
    await call("PUT", `${path}/2`, { moveto: 0 });
    assert.deepEqual(await rules(path), ["a", "c", "b"]);
    await call("PUT", `${path}/0`, { moveto: 3 });
    assert.deepEqual(await rules(path), ["c", "b", "a"]);
    const stale = await call("DELETE", `${path}/0`, { digest: "0".repeat(40) });
    assert.match(stale.reason, /^detected modified configuration/);
    assert.equal((await call("DELETE", `${path}/0`)).status, 200);
    assert.deepEqual(await rules(path), ["b", "a"]);
  });

  it("refuse names that are not there", async () => {
    const path = "/nodes/pve1/lxc/101/firewall/rules";
    const rule = { type: "in", action: "ACCEPT" };
    const set = await call("POST", path, { ...rule, source: "+dc/web" });
    assert.deepEqual(set.json.errors, { source: "no such ipset 'web'" });
    await call("POST", "/cluster/firewall/ipset", { name: "web" });
    assert.equal((await call("POST", path, { ...rule, source: "+dc/web" })).status, 200);
    const group = await call("POST", path, { type: "group", action: "ssh" });
    assert.deepEqual(group.json.errors, { action: "no such security group 'ssh'" });
  });

  it("need the privileges of what the firewall is for", async () => {
    const auditor = await node.grant("auditor", "/", "PVEAuditor");
    const post = (path: string) => node.app.inject("POST", path, auditor, "type=in&action=ACCEPT");
    assert.match((await post("/cluster/firewall/rules")).reason, /\(\/, Sys\.Modify\)/);
    assert.match(
      (await post("/nodes/pve1/firewall/rules")).reason,
      /\(\/nodes\/pve1, Sys\.Modify\)/,
    );
    const guest = await post("/nodes/pve1/lxc/101/firewall/rules");
    assert.match(guest.reason, /\(\/vms\/101, VM\.Config\.Network\)/);
  });
});
