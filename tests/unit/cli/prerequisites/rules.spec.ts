import assert from "node:assert/strict";
import { createSocket } from "node:dgram";
import { judgeClock } from "../../../../cli/prerequisites/clock";
import { judgeKernel } from "../../../../cli/prerequisites/kernel";
import { judgeLan, judgePorts, judgeResolver } from "../../../../cli/prerequisites/network";
import { judgePlace } from "../../../../cli/prerequisites/places";
import { resolves } from "../../../../pve-node/box/machine";
import { lanOf, rivalOf } from "../../../../pve-node/box/subnet";

const config = [
  ...["NF_TABLES", "NF_TABLES_BRIDGE", "NETFILTER_NETLINK_LOG", "BRIDGE", "VETH"],
  ...["BLK_DEV_LOOP", "OVERLAY_FS", "FUSE_FS", "USER_NS", "MEMCG"],
].map((name, i) => `CONFIG_${name}=${i % 2 ? "m" : "y"}`);

describe("the kernel", () => {
  const kernel = { release: "6.12.1", config: config.join("\n"), modules: [] };

  it("is content with what is built in and what is a module", () => {
    assert.equal(judgeKernel(kernel).level, "ok");
    assert.equal(judgeKernel({ ...kernel, config: undefined }).level, "ok"); // tried later
  });

  it("is refused without nftables for bridges, on WSL2 with what to do there", () => {
    const stock = config.filter((line) => !line.includes("BRIDGE="));
    const text = [...stock, "CONFIG_BRIDGE=y", "# CONFIG_NF_TABLES_BRIDGE is not set"].join("\n");
    const release = "6.18.20.1-microsoft-standard-WSL2";
    const { level, found, why, remedy } = judgeKernel({ release, config: text, modules: [] });
    assert.equal(level, "error");
    assert.equal(found, `${release} was built without CONFIG_NF_TABLES_BRIDGE`);
    assert.equal(why, "needed for the guards on the CTs' ports");
    assert.match(remedy, /\.wslconfig/);
  });

  it("is none on WSL 1", () => {
    const finding = judgeKernel({ release: "4.4.0-19041-Microsoft", modules: [] });
    assert.match(finding.remedy, /wsl --set-version/);
  });

  it("that was updated under the running machine is told to be started", () => {
    const finding = judgeKernel({ ...kernel, modules: ["6.13.0"] });
    assert.deepEqual([finding.level, finding.remedy], ["warning", "restart the machine"]);
    assert.equal(judgeKernel({ ...kernel, modules: ["6.12.1", "6.13.0"] }).level, "ok");
  });

  it("that forbids user namespaces is refused", () => {
    const finding = judgeKernel({ ...kernel, userNamespaces: 0 });
    assert.match(finding.remedy, /sysctl -w user\.max_user_namespaces/);
  });
});

describe("the clock", () => {
  const now = Date.UTC(2026, 5, 1);

  it("of a board without a battery is refused", () => {
    const finding = judgeClock({ now: 5000 }, "alpine");
    assert.equal(finding.found, "it says 1970-01-01 00:00");
    assert.match(finding.remedy, /chronyd/);
    assert.match(judgeClock({ now: 5000 }, "fedora").remedy, /timedatectl/);
  });

  it("that went back before the node's certificate is refused", () => {
    assert.equal(judgeClock({ now, certificate: now + 3_600_000 }, "debian").level, "error");
    assert.equal(judgeClock({ now, certificate: now - 1000 }, "debian").level, "ok");
  });
});

describe("the network", () => {
  it("names a route that came later and leads a part of the LAN elsewhere", () => {
    const lan = lanOf("172.30.0.0/24");
    const route = (cidr: string) => ({ cidr, by: "route by tun0", isRoute: true });
    assert.equal(rivalOf(lan, ["default", "172.16.0.0/12", "172.30.1.0/24"].map(route)), undefined);
    const rival = rivalOf(lan, [route("172.30.0.128/25")]);
    const finding = judgeLan({ lan, exists: true, isForeign: false, routes: [], rival });
    assert.equal(finding.level, "warning");
    assert.match(finding.found, /172\.30\.0\.128\/25 leads elsewhere \(route by tun0\)/);
  });

  it("says which subnets are in the way, and what to name instead", () => {
    const finding = judgeLan(new Error("LAN: no free subnet, in the way are a; remove routes"));
    assert.deepEqual(
      [finding.level, finding.found, finding.remedy],
      ["error", "no free subnet, in the way are a", "remove routes"],
    );
  });

  it("says that ports are wanting", () => {
    const finding = judgePorts(
      new Error("port for http: none free, got 8080 to 8279 in use; free one"),
    );
    assert.deepEqual([finding.level, finding.remedy], ["error", "free one"]);
    assert.equal(judgePorts(undefined).level, "ok");
  });

  it("says that a resolver is silent, or public for want of one that CTs reach", () => {
    const own = { address: "10.1.2.3", isPublic: false };
    assert.equal(judgeResolver(own, true).level, "ok");
    assert.match(judgeResolver(own, false).found, /10\.1\.2\.3 does not answer/);
    const { level, found } = judgeResolver({ address: "9.9.9.9", isPublic: true }, true);
    assert.equal(level, "warning");
    assert.match(found, /names none that CTs could reach/);
  });

  it("asks a resolver a question that one answers", async () => {
    const server = createSocket("udp4");
    const asked = new Promise<Buffer>((done) =>
      server.on("message", (message, { port, address }) => {
        server.send(message, port, address);
        done(message);
      }),
    );
    await new Promise<void>((done) => server.bind(0, "127.0.0.1", done));
    try {
      assert.equal(await resolves("127.0.0.1", server.address().port), true);
      assert.equal((await asked).subarray(12).toString("hex"), "0000020001");
    } finally {
      server.close();
    }
    assert.equal(await resolves("fe80::1"), false);
  });
});

describe("a place of the lab", () => {
  const place = { name: "cache", path: "/data/homelab", isWritable: true };

  it("must let programs start, and have room for files", () => {
    assert.equal(judgePlace({ ...place, runsPrograms: true }).level, "ok");
    assert.match(judgePlace({ ...place, runsPrograms: false }).remedy, /remount,exec/);
    assert.match(judgePlace({ ...place, freeFiles: 5 }).found, /room for 5 more files only/);
  });
});
