import assert from "node:assert/strict";
import { refusedPort } from "../../../../pve-node/box/container";
import { choosePorts } from "../../../../pve-node/box/ports";

describe("the node's ports on this machine", () => {
  it("are those it had, or the next that are free", async () => {
    const isFree = (port: number) => Promise.resolve(port !== 8080);
    const ports = await choosePorts({ api: 18100 }, isFree);
    assert.deepEqual(ports, { http: 8081, api: 18100, ssh: 12222 });
  });

  it("are told apart from other failures when Docker refuses one", () => {
    const said =
      "docker: Error response from daemon: driver failed programming external connectivity on endpoint x: " +
      "Bind for 127.0.0.1:8080 failed: port is already allocated";
    assert.equal(refusedPort(said), 8080);
    assert.equal(refusedPort("listen tcp4 127.0.0.1:18006: bind: address already in use"), 18006);
    assert.equal(refusedPort("no space left on device"), undefined);
  });
});
