import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { resolve } from "node:path";
import { pulumiEnvironment } from "../../../../cli/stack/environment";

const root = resolve(__dirname, "..", "..", "..", "..");

/** Connects to a server of its own on loopback, as Pulumi's program does to its engine. */
const connect = `
const grpc = require("@grpc/grpc-js");
const server = new grpc.Server();
server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, port) => {
  if (error) throw error;
  const client = new grpc.Client("127.0.0.1:" + port, grpc.credentials.createInsecure());
  client.waitForReady(Date.now() + 1500, (failure) => {
    console.log(failure ? "not reached" : "reached");
    process.exit(0);
  });
});
`;

function engineReached(outer: Record<string, string>, added: Record<string, string | undefined>) {
  const env = { PATH: process.env.PATH, ...outer, ...added };
  const { stdout, stderr } = spawnSync(process.execPath, ["-e", connect], {
    cwd: root,
    env,
    encoding: "utf8",
  });
  return stdout.trim() || stderr;
}

describe("Pulumi's environment behind a proxy", () => {
  const make = (outer: Record<string, string>) =>
    pulumiEnvironment({
      paths: { root, id: "lab-000000", state: "/r/.lab", cache: "/c" },
      stack: "dev",
      toolchain: { pulumi: "/c/pulumi", env: {}, parts: [] },
      outer,
    });
  // Port 9 discards: nobody listens there.
  const proxy = "http://127.0.0.1:9";

  it("is not reached without it (positive control)", () => {
    assert.equal(engineReached({ http_proxy: proxy }, {}), "not reached");
  });

  for (const [title, outer] of [
    ["http_proxy", { http_proxy: proxy }],
    ["https_proxy", { https_proxy: proxy }],
    ["grpc_proxy", { grpc_proxy: proxy }],
    ["a no_proxy with spaces", { http_proxy: proxy, no_proxy: "localhost, 127.0.0.1" }],
    ["a no_grpc_proxy for other hosts", { http_proxy: proxy, no_grpc_proxy: "example.com" }],
  ] as const)
    it(`lets the program reach its engine with ${title}`, () => {
      assert.equal(engineReached(outer, make(outer)), "reached");
    }).timeout(8000);

  it("keeps the hosts that the user excepts", () => {
    const made = make({ no_proxy: "pve.example, .corp" }).no_grpc_proxy;
    assert.equal(made, "pve.example,.corp,localhost,127.0.0.1,::1");
  });
});
