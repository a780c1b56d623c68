import assert from "node:assert/strict";
import { capabilitiesOf } from "../../../../pve-node/box/capabilities";
import { nameserverOf } from "../../../../pve-node/box/machine";
import { choosePorts } from "../../../../pve-node/box/ports";

describe("capabilitiesOf", () => {
  it("leaves out what the machine lacks", () => {
    const names = capabilitiesOf("Name:\tnode\nCapBnd:\t000001fffeffffff\n");
    assert.ok(names.includes("SYS_ADMIN"));
    assert.ok(!names.includes("SYS_RESOURCE"));
  });

  it("names only what Docker 20.10 knows", () => {
    const names = capabilitiesOf("CapBnd:\t000001ffffffffff\n");
    assert.equal(names.length, 38);
    assert.equal(names.at(-1), "AUDIT_READ");
  });

  it("asks for all where there is no /proc", () => {
    assert.ok(capabilitiesOf(undefined).includes("SYS_RESOURCE"));
  });
});

describe("nameserverOf", () => {
  it("passes over resolvers on loopback, which do not answer inside a CT", () => {
    const stub = "# stub\nnameserver 127.0.0.53\noptions edns0\n";
    assert.equal(nameserverOf(stub, "nameserver 192.168.1.1\n"), "192.168.1.1");
    assert.equal(nameserverOf(stub, undefined), undefined);
  });

  it("reads a line with a comment behind it", () => {
    assert.equal(nameserverOf("nameserver 10.0.0.2 # corp\n"), "10.0.0.2");
    assert.equal(nameserverOf("  nameserver 10.0.0.3;x\n#nameserver 10.0.0.4\n"), "10.0.0.3");
  });

  it("takes the first of several", () => {
    assert.equal(
      nameserverOf("nameserver fe80::1\nnameserver 10.0.0.53\nnameserver 1.2.3.4\n"),
      "10.0.0.53",
    );
  });
});

describe("choosePorts", () => {
  const taken = (...ports: number[]) => {
    return (port: number) => Promise.resolve(!ports.includes(port));
  };

  it("takes the defaults when they are free", async () => {
    assert.deepEqual(await choosePorts({}, taken()), { http: 8080, api: 18006, ssh: 12222 });
  });

  it("takes the next free port", async () => {
    assert.equal((await choosePorts({}, taken(8080, 8081))).http, 8082);
  });

  it("keeps remembered ports, and none twice", async () => {
    const ports = await choosePorts({ http: 9000, api: 9000 }, taken());
    assert.deepEqual(ports, { http: 9000, api: 18006, ssh: 12222 });
  });
});
