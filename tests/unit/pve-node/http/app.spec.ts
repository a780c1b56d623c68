import assert from "node:assert/strict";
import * as fs from "node:fs/promises";
import * as https from "node:https";
import type { AddressInfo } from "node:net";
import { bootstrap } from "../../../../pve-node/bootstrap";
import { createServer } from "../../../../pve-node/http/server";
import { Router } from "../../../../pve-node/http/router";
import type { Route } from "../../../../pve-node/contract";
import { testNode } from "../../../support/pveNode";

const route = (path: string): Route => ({
  method: "GET",
  permission: "user",
  path,
  handler: () => path,
});

describe("router", () => {
  const router = new Router(
    ["/a/{x}", "/a/next", "/s/{id}/content/{volume*}", "/s/{id}/content"].map(route),
  );

  it("prefers literal segments", () => {
    assert.equal(router.find("GET", "/a/next")?.route.path, "/a/next");
    assert.deepEqual(router.find("GET", "/a/b")?.uri, { x: "b" });
  });

  it("gives the rest of the path to {name*}, slashes included", () => {
    const found = router.find("GET", "/s/local/content/local:vztmpl/debian.tar.zst");
    assert.deepEqual(found?.uri, { id: "local", volume: "local:vztmpl/debian.tar.zst" });
    assert.equal(router.find("GET", "/s/local/content")?.route.path, "/s/{id}/content");
  });

  it("refuses two routes for the same call", () => {
    assert.throws(() => new Router(["/a/{x}", "/a/{y}"].map(route)), /defined twice/);
  });
});

describe("application", () => {
  it("decodes the path before it routes", async () => {
    await using node = await testNode();
    const headers = await node.grant("admin", "/", "Administrator");
    const path = node.services.paths.localStorage + "/template/cache";
    await fs.mkdir(path, { recursive: true });
    await fs.writeFile(`${path}/d.tar.zst`, "12345");
    for (const volume of ["local:vztmpl%2Fd.tar.zst", "local:vztmpl/d.tar.zst"]) {
      const url = `/nodes/pve1/storage/local/content/${volume}`;
      const { json } = await node.app.inject("GET", url, headers);
      assert.equal((json.data as { size: number }).size, 5);
    }
  });

  it("answers unknown paths and methods with 501", async () => {
    await using node = await testNode();
    const headers = await node.grant("admin", "/", "Administrator");
    const unknown = await node.app.inject("GET", "/foo", headers);
    assert.deepEqual([unknown.status, unknown.reason], [501, "Method 'GET /foo' not implemented"]);
    const patch = await node.app.inject("PATCH", "/version", headers);
    assert.deepEqual([patch.status, patch.reason], [501, "method 'PATCH' not available"]);
    assert.equal((await node.app.inject("GET", "/foo")).status, 401);
  });

  it("refuses another node's name as Proxmox does", async () => {
    await using node = await testNode();
    const headers = await node.grant("admin", "/", "Administrator");
    const { status, reason } = await node.app.inject("GET", "/nodes/pve9/status", headers);
    assert.equal(status, 500);
    assert.match(reason, /^hostname lookup 'pve9' failed - /);
  });

  it("speaks TLS with a certificate of its own CA and puts the text into the reason phrase", async () => {
    await using node = await testNode();
    await bootstrap({ node: "pve1", root: node.root });
    const { paths } = node.services;
    const [key, cert, ca] = await Promise.all(
      [paths.sslKey, paths.sslCert, paths.caCert].map((file) => fs.readFile(file, "utf8")),
    );
    const server = createServer(node.app, { key: key!, cert: cert! });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    try {
      const { port } = server.address() as AddressInfo;
      const call = (path: string, headers = {}) =>
        new Promise<[number?, string?]>((resolve, reject) => {
          const options = { port, host: "127.0.0.1", path, ca, headers, agent: false as const };
          https
            .get(options, (response) => {
              response.resume();
              resolve([response.statusCode, response.statusMessage]);
            })
            .on("error", reject);
        });
      const [token] = (await fs.readFile(paths.tokenCfg, "utf8")).trim().split("\n");
      const headers = { authorization: `PVEAPIToken=${token!.replace(" ", "=")}` };
      assert.deepEqual(await call("/api2/json/version"), [401, "No ticket"]);
      assert.deepEqual(await call("/api2/json/version", headers), [200, "OK"]);
      const missing = "/api2/json/nodes/pve1/storage/n%C3%B6/content";
      assert.deepEqual(await call(missing, headers), [400, "Parameter verification failed."]);
    } finally {
      server.close();
      server.closeAllConnections();
    }
  });
});
