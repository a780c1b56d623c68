import assert from "node:assert/strict";
import * as fs from "node:fs/promises";
import * as http from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { DEPLOYER_PRIVILEGES } from "../../../../lib/stack/privileges";
import { bootstrap } from "../../../../pve-node/bootstrap";
import type { GuestSummary } from "../../../../pve-node/contract";
import { testNode } from "../../../support/pveNode";

const guest = (vmid: number): GuestSummary => ({
  ...{ vmid, status: "stopped", name: `CT${vmid}`, maxcpu: 1, cpu: 0, maxmem: 1, mem: 0 },
  ...{ maxdisk: 0, disk: 0, uptime: 0, netin: 0, netout: 0, diskread: 0, diskwrite: 0 },
});

describe("cluster routes", () => {
  it("give the first free id and say when a wanted one is taken", async () => {
    await using node = await testNode({
      guests: () => Promise.resolve([guest(100), guest(101)]),
    });
    const headers = await node.grant("admin", "/", "Administrator");
    const next = (query: string) => node.app.inject("GET", `/cluster/nextid${query}`, headers);
    assert.equal((await next("")).json.data, "102");
    assert.equal((await next("?vmid=300")).json.data, "300");
    assert.deepEqual((await next("?vmid=101")).json.errors, { vmid: "VM 101 already exists" });
  });

  it("list only what the caller may audit", async () => {
    await using node = await testNode({
      guests: () => Promise.resolve([guest(100), guest(101)]),
    });
    const headers = await node.grant("one", "/vms/100", "PVEVMUser");
    const { json } = await node.app.inject("GET", "/cluster/resources?type=vm", headers);
    assert.deepEqual(
      (json.data as { id: string }[]).map(({ id }) => id),
      ["lxc/100"],
    );
  });
});

describe("bootstrap", () => {
  it("takes away from an earlier release's deployer what lets it become Administrator", async () => {
    await using node = await testNode();
    await bootstrap({ node: "pve1", root: node.root });
    await node.access.change(({ roles, acl }) => {
      roles.get("HomelabDeployer")!.add("Sys.Modify");
      const own = { type: "user", ugid: "homelab@pve", role: "HomelabDeployer" } as const;
      acl.push({ ...own, path: "/", propagate: true });
    });
    await bootstrap({ node: "pve1", root: node.root });
    const secret = (await fs.readFile(node.services.paths.tokenCfg, "utf8")).trim().split(" ")[1];
    const headers = { authorization: `PVEAPIToken=homelab@pve!pulumi=${secret}` };
    const body = "append=1&privs=Permissions.Modify";
    const path = "/access/roles/HomelabDeployer";
    assert.equal((await node.app.inject("PUT", path, headers, body)).status, 403);
  });

  it("makes a node once and changes nothing after that", async () => {
    await using node = await testNode();
    const { paths } = node.services;
    const files = [
      "caCert",
      "sslCert",
      "rootPassword",
      "pamShadow",
      "tokenCfg",
      "userCfg",
    ] as const;
    const read = () => Promise.all(files.map((name) => fs.readFile(paths[name], "utf8")));
    await bootstrap({ node: "pve1", root: node.root });
    const first = await read();
    await bootstrap({ node: "pve1", root: node.root });
    assert.deepEqual(await read(), first);
    await bootstrap({ node: "pve1", root: node.root, san: ["192.0.2.9"] });
    const third = await read();
    assert.equal(third[0], first[0], "the CA stays");
    assert.notEqual(third[1], first[1], "a new name takes a new certificate");
    for (const name of ["rootPassword", "pamShadow", "tokenCfg", "caKey", "sslKey"] as const) {
      assert.equal((await fs.stat(paths[name])).mode & 0o077, 0, `${name} is private`);
    }
    const [tokenId] = (await fs.readFile(paths.tokenCfg, "utf8")).trim().split(" ");
    assert.equal(tokenId, "homelab@pve!pulumi");
    const config = await node.access.read();
    assert.deepEqual(
      [...config.roles.get("HomelabDeployer")!].sort(),
      [...DEPLOYER_PRIVILEGES].sort(),
    );
    const who = { authId: "homelab@pve!pulumi", user: "homelab@pve", tokenId: "pulumi" };
    const token = await node.access.session(who);
    // As much as privileged CTs and bridges take, and no way to more.
    assert.deepEqual(
      ["/", "/nodes/pve1", "/access", "/access/acl", "/vms/100", "/storage/local"].map((path) =>
        token.allowed(path, "Sys.Modify"),
      ),
      [true, true, false, false, false, false],
    );
    assert.ok(token.allowed("/nodes/pve1", "Sys.Audit"));
    assert.ok(!token.allowed("/access", "Permissions.Modify"));
    const password = (await fs.readFile(paths.rootPassword, "utf8")).trim();
    await node.access.login("root@pam", password);
  });
});

describe("storage routes", () => {
  it("download a template, refuse to replace it and delete it", async () => {
    await using node = await testNode();
    const headers = await node.grant("admin", "/", "Administrator");
    const server = http.createServer((_, response) => {
      response.setHeader("Content-Length", 8);
      response.end("template");
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    try {
      const { port } = server.address() as AddressInfo;
      const url = encodeURIComponent(`http://127.0.0.1:${port}/d.tar.zst`);
      const body = `url=${url}&content=vztmpl&filename=d.tar.zst`;
      const load = async (more = "") => {
        const path = "/nodes/pve1/storage/local/download-url";
        const { json } = await node.app.inject("POST", path, headers, body + more);
        return node.tasks.wait(json.data as string);
      };
      const bad = await load("&checksum=00&checksum-algorithm=md5");
      assert.match(bad, /^checksum mismatch: got '\w{32}' != expect '00'$/);
      assert.equal(await load(), "OK");
      const path = join(node.services.paths.localStorage, "template/cache");
      assert.deepEqual(await fs.readdir(path), ["d.tar.zst"]);
      assert.match(await load(), /^refusing to override existing file '/);
      const meta = await node.app.inject(
        "GET",
        `/nodes/pve1/query-url-metadata?url=${url}`,
        headers,
      );
      assert.deepEqual(meta.json.data, { filename: "d.tar.zst", size: 8 });
      const volume = "/nodes/pve1/storage/local/content/local:vztmpl/d.tar.zst";
      const { json } = await node.app.inject("DELETE", volume, headers);
      assert.equal(await node.tasks.wait(json.data as string), "OK");
      assert.deepEqual(await fs.readdir(path), []);
    } finally {
      server.close();
      server.closeAllConnections();
    }
  });
});
