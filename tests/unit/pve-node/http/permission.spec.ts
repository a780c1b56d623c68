import assert from "node:assert/strict";
import { rootHeaders, testNode, type TestNode } from "../../../support/pveNode";

describe("who may call a route", () => {
  let node: TestNode;
  beforeEach(async () => (node = await testNode()));
  afterEach(() => node[Symbol.asyncDispose]());

  it("is said by every route, on a path whose parameters the route has", () => {
    for (const { method, path, permission, params } of node.routes) {
      assert.ok(permission, `${method} ${path}: has no permission`);
      if (typeof permission === "string") continue;
      assert.ok(permission.privileges.length > 0, `${method} ${path}: needs no privilege`);
      for (const [, name = ""] of permission.path.matchAll(/\{(\w+)\}/g))
        assert.ok(path.includes(`{${name}}`) || params?.[name], `${method} ${path}: no ${name}`);
    }
  });

  it("is open to the world for the login alone", () => {
    const open = node.routes.filter(({ permission }) => permission === "world");
    assert.deepEqual(open.map(({ method, path }) => `${method} ${path}`).sort(), [
      "GET /access/domains",
      "GET /access/ticket",
      "POST /access/ticket",
    ]);
  });

  it("is looked at before the parameters", async () => {
    const auditor = await node.grant("auditor", "/", "PVEAuditor");
    const path = "/nodes/pve1/lxc/abc/config?nonsense=1";
    const refused = await node.app.inject("PUT", path, auditor);
    const wanted =
      "Permission check failed (/vms/abc, VM.Config.Disk|VM.Config.CPU|VM.Config.Memory|VM.Config.Network|VM.Config.Options)";
    assert.deepEqual([refused.status, refused.reason], [403, wanted]);
    assert.equal((await node.app.inject("PUT", path, await rootHeaders(node))).status, 400);
  });

  it("counts a ticket in the Authorization header", async () => {
    const { cookie = "", csrfpreventiontoken = "" } = await rootHeaders(node);
    const authorization = `PVEAuthCookie=${decodeURIComponent(cookie.split("=").slice(1).join("="))}`;
    assert.equal((await node.app.inject("GET", "/version", { authorization })).status, 200);
    const post = await node.app.inject("POST", "/pools", { authorization }, "poolid=p");
    assert.equal(post.reason, "Permission denied - invalid csrf token");
    const headers = { authorization, csrfpreventiontoken };
    assert.equal((await node.app.inject("POST", "/pools", headers, "poolid=p")).status, 200);
  });

  it("is told without a body where nobody is logged in, and in the body of extjs", async () => {
    const nobody = await node.app.inject("GET", "/version");
    assert.deepEqual([nobody.status, nobody.reason, nobody.text], [401, "No ticket", ""]);
    const none = await node.grant("none", "/", "NoAccess");
    const extjs = await node.app.inject("GET", "/api2/extjs/nodes/pve1/time", none);
    assert.equal(extjs.status, 200);
    const { success, status, message } = extjs.json;
    const text = "Permission check failed (/nodes/pve1, Sys.Audit)\n";
    assert.deepEqual({ success, status, message }, { success: 0, status: "403", message: text });
  });
});
