import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createSocket, type Socket } from "node:dgram";
import { createServer, type Server } from "node:net";
import {
  describeNoWayOut,
  machineReaches,
  reachScript,
  reachWords,
  type Waypoint,
  waypointOf,
} from "../../../../pve-node/box/wayOut";

/** As it runs in the node. */
const reaches = (to: Waypoint): Promise<boolean> =>
  new Promise((done) =>
    spawn("bash", ["-c", reachScript, "bash", ...reachWords(to)], { stdio: "ignore" }).on(
      "exit",
      (code) => done(code === 0),
    ),
  );

describe("the node's way out", function () {
  this.timeout("30s");
  let proxy: Server;
  let resolver: Socket;
  let port: number;
  let asked: Buffer[];
  beforeEach(async () => {
    asked = [];
    proxy = createServer().listen(0, "127.0.0.1");
    resolver = createSocket("udp4");
    resolver.on("message", (message, from) => {
      asked.push(message);
      resolver.send(message, from.port, from.address);
    });
    await Promise.all([
      new Promise((done) => proxy.once("listening", done)),
      new Promise<void>((done) => resolver.bind(0, "127.0.0.1", done)),
    ]);
    port = (proxy.address() as { port: number }).port;
  });
  afterEach(() => {
    proxy.close();
    resolver.close();
  });
  const silent = async () => {
    const socket = createSocket("udp4");
    await new Promise<void>((done) => socket.bind(0, "127.0.0.1", done));
    const to: Waypoint = { kind: "resolver", address: "127.0.0.1", port: socket.address().port };
    return { to, end: () => socket.close() };
  };

  it("is the proxy where one is named, else the resolver", () => {
    const resolver = { kind: "resolver", address: "9.9.9.9" };
    assert.deepEqual(waypointOf(undefined, "9.9.9.9"), resolver);
    assert.deepEqual(waypointOf("http://", "9.9.9.9"), resolver);
    assert.deepEqual(
      ["http://me:pw@proxy:3128/", "http://proxy", "https://proxy", "http://[fd00::1]:1"].map(
        (url) => waypointOf(url, "9.9.9.9"),
      ),
      [
        { kind: "proxy", host: "proxy", port: 3128 },
        { kind: "proxy", host: "proxy", port: 80 },
        { kind: "proxy", host: "proxy", port: 443 },
        { kind: "proxy", host: "fd00::1", port: 1 },
      ],
    );
  });

  it("is open where a proxy takes connections, from the machine and from the node alike", async () => {
    const to: Waypoint = { kind: "proxy", host: "127.0.0.1", port };
    assert.deepEqual([await machineReaches(to), await reaches(to)], [true, true]);
    await new Promise((done) => proxy.close(done));
    assert.deepEqual([await machineReaches(to), await reaches(to)], [false, false]);
    proxy = createServer();
  });

  it("is open where a resolver answers, and not where one is silent", async () => {
    const to: Waypoint = {
      kind: "resolver",
      address: "127.0.0.1",
      port: resolver.address().port,
    };
    assert.deepEqual([await machineReaches(to), await reaches(to)], [true, true]);
    const [first, second] = asked.map((message) => message.toString("hex"));
    assert.equal(second, first); // the node asks what this machine asks
    const other = await silent();
    assert.equal(await reaches(other.to), false);
    other.end();
  });

  it("that only containers lack is told with what to look at, without a password", () => {
    const words = describeNoWayOut(waypointOf("http://me:secret@proxy:3128", "9.9.9.9"));
    assert.match(
      words,
      /^way out: this machine reaches the proxy proxy:3128, its containers do not/,
    );
    assert.match(words, /"iptables": false .*ip_forward.*firewall or VPN/);
    assert.doesNotMatch(words, /secret/);
  });
});
