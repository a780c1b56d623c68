import assert from "node:assert/strict";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findNode, foreignLibraries } from "../../../../pve-node/box/nodeBinary";

const official = [
  ...["linux-vdso.so.1", "/lib/x86_64-linux-gnu/libdl.so.2", "/lib64/ld-linux-x86-64.so.2"],
  ...["/lib/x86_64-linux-gnu/libstdc++.so.6", "/lib/x86_64-linux-gnu/libm.so.6"],
  ...["/lib/x86_64-linux-gnu/libgcc_s.so.1", "/lib/libpthread.so.0", "/lib/libc.so.6"],
];

describe("the Node.js of the node's image", () => {
  let cache: string;
  beforeEach(() => (cache = mkdtempSync(join(tmpdir(), "homelab-node-"))));
  afterEach(() => rmSync(cache, { recursive: true }));
  const paths = () => ({ root: "/lab", id: "lab-0f0f0f", state: "/lab/.lab", cache });

  it("is this machine's where it is an official build", async () => {
    assert.deepEqual(foreignLibraries(official), []);
    assert.equal((await findNode(paths(), official))?.file, process.execPath);
    assert.equal((await findNode(paths()))?.file, process.execPath); // ./lab brought it, or a person did
  });

  it("is not this machine's where it is a distribution's, or of musl", async () => {
    const fedora = [...official, "/lib64/libnode.so.127", "/lib64/libicui18n.so.76"];
    assert.deepEqual(foreignLibraries(fedora), ["libnode.so.127", "libicui18n.so.76"]);
    assert.deepEqual(foreignLibraries(["/lib/ld-musl-x86_64.so.1"]), ["ld-musl-x86_64.so.1"]);
    assert.equal(await findNode(paths(), fedora), undefined);
  });

  it("is the newest of the cache, also one that this machine cannot start", async () => {
    for (const [name, script] of [
      ["v22.18.0", "#!/bin/sh\necho v22.18.0\n"],
      ["v24.1.0", "#!/no/such/loader\n"],
    ] as const) {
      mkdirSync(join(cache, "node", name, "bin"), { recursive: true });
      writeFileSync(join(cache, "node", name, "bin", "node"), script);
      chmodSync(join(cache, "node", name, "bin", "node"), 0o755);
    }
    const found = await findNode(paths(), official);
    assert.equal(found?.key, `v24.1.0 ${"#!/no/such/loader\n".length}`);
  });
});
