import assert from "node:assert/strict";
import { ROOT_PASSWORD, rootHeaders, testNode, type TestNode } from "../../../support/pveNode";

describe("ticket login", () => {
  it("accepts root's password and asks for the CSRF token on changes", async () => {
    await using node = await testNode();
    const headers = await rootHeaders(node);
    assert.equal((await node.app.inject("GET", "/version", headers)).status, 200);
    const pool = "poolid=lab";
    const { cookie } = headers;
    const without = await node.app.inject("POST", "/pools", { cookie }, pool);
    const wanted = [401, "Permission denied - invalid csrf token"];
    assert.deepEqual([without.status, without.reason], wanted);
    assert.equal((await node.app.inject("POST", "/pools", headers, pool)).status, 200);
  });

  it("refuses wrong passwords and unknown users with the same words, late", async () => {
    await using node = await testNode({ failureDelayMs: 30 });
    await rootHeaders(node);
    for (const body of [
      "username=root%40pam&password=wrong",
      `username=nobody%40pam&password=${ROOT_PASSWORD}`,
      `username=root%40pve&password=${ROOT_PASSWORD}`,
    ]) {
      const began = Date.now();
      const { status, reason } = await node.app.inject("POST", "/access/ticket", {}, body);
      assert.deepEqual([status, reason], [401, "authentication failure"]);
      assert(Date.now() - began >= 30);
    }
  });

  it("refuses a ticket after two hours and a changed one at once", async () => {
    let now = 1_700_000_000;
    await using node = await testNode({ now: () => now });
    const headers = await rootHeaders(node);
    const forged = { cookie: headers.cookie!.replace("root", "toor") };
    assert.equal((await node.app.inject("GET", "/version", forged)).status, 401);
    now += 7199;
    assert.equal((await node.app.inject("GET", "/version", headers)).status, 200);
    now += 1;
    assert.equal((await node.app.inject("GET", "/version", headers)).status, 401);
  });
});

describe("API token", () => {
  it("needs no CSRF token and is never root@pam", async () => {
    await using node = await testNode();
    await node.access.change(({ users }) => {
      users.get("root@pam")!.tokens.set("ci", { expire: 0, privsep: false, comment: "" });
    });
    const secret = "00000000-1111-2222-3333-444444444444";
    await node.access.setTokenSecret("root@pam!ci", secret);
    const headers = node.token("root@pam!ci");
    assert.equal((await node.app.inject("POST", "/pools", headers, "poolid=p")).status, 200);
    const password = "userid=root%40pam&password=12345678";
    const { status, reason } = await node.app.inject("PUT", "/access/password", headers, password);
    assert.equal(status, 403);
    assert.match(reason, /not available with API token, need proper ticket/);
  });

  it("refuses a wrong secret and a disabled user with the same words", async () => {
    await using node = await testNode();
    const headers = await node.grant("u", "/", "Administrator");
    const wrong = { authorization: headers.authorization!.replace("0000", "9999") };
    const before = await node.app.inject("GET", "/version", wrong);
    assert.deepEqual([before.status, before.reason], [401, "Authentication failed!"]);
    await node.access.change(({ users }) => void (users.get("u@pve")!.enable = false));
    const after = await node.app.inject("GET", "/version", headers);
    assert.deepEqual([after.status, after.reason], [401, "Authentication failed!"]);
  });
});

describe("passwords", () => {
  const setAll = async (node: TestNode, headers: Record<string, string>, names: string[]) =>
    Promise.all(
      names.map((name) =>
        node.app.inject("POST", "/access/users", headers, `userid=${name}&password=of-${name}`),
      ),
    );

  it("of many users set at the same time are all kept", async () => {
    await using node = await testNode();
    const headers = await rootHeaders(node);
    const names = Array.from({ length: 8 }, (_, n) => `user${n}@pve`);
    await setAll(node, headers, names);
    for (const name of names) await node.access.login(name, `of-${name}`);
  });

  it("of another realm stay when a user of the same name is deleted", async () => {
    await using node = await testNode();
    const headers = await rootHeaders(node);
    await setAll(node, headers, ["alice@pam", "alice@pve"]);
    await node.app.inject("DELETE", "/access/users/alice@pam", headers);
    await node.access.login("alice@pve", "of-alice@pve");
    await setAll(node, headers, ["alice@pam"]);
    await assert.rejects(node.access.login("alice@pam", "of-alice@pve"));
  });

  it("with a line break are refused, for only its first line would count", async () => {
    await using node = await testNode();
    const headers = await rootHeaders(node);
    const body = "userid=eve@pve&password=12345678%0Aroot:x:";
    assert.equal((await node.app.inject("POST", "/access/users", headers, body)).status, 400);
  });

  it("are changed by whoever knows the old one, and a ticket is not that", async () => {
    await using node = await testNode();
    const headers = await rootHeaders(node);
    await setAll(node, headers, ["bob@pve"]);
    const body = "username=bob@pve&password=of-bob@pve";
    const login = await node.app.inject("POST", "/access/ticket", {}, body);
    const { ticket, CSRFPreventionToken } = login.json.data as Record<string, string>;
    const own = {
      cookie: `PVEAuthCookie=${encodeURIComponent(ticket!)}`,
      csrfpreventiontoken: CSRFPreventionToken!,
    };
    const change = (confirmation: string) =>
      node.app.inject(
        "PUT",
        "/access/password",
        own,
        `userid=bob@pve&password=new-password&confirmation-password=${encodeURIComponent(confirmation)}`,
      );
    assert.equal((await change(ticket!)).status, 401);
    assert.equal((await change("of-bob@pve")).status, 200);
    await node.access.login("bob@pve", "new-password");
  });
});
