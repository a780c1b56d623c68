import assert from "node:assert/strict";
import { checkConfig } from "../../../../lib/config/checkConfig";
import { CONFIG_KEYS } from "../../../../lib/stack/settings";
import { completeConfig, configSchema } from "../../../support/stackConfig";

const problemsOf = (changes: Record<string, string>) =>
  checkConfig(completeConfig(changes)).problems;

describe("stack configuration", () => {
  it("gives three app nodes with their storage drivers from the defaults", () => {
    const { settings, problems } = checkConfig(completeConfig());
    assert.deepEqual(problems, []);
    assert.deepEqual(
      settings?.appNodes.map((n) => `${n.name} ${n.vmid} ${n.address} ${n.storageDriver}`),
      [
        "app1 111 10.10.10.11 overlay2",
        "app2 112 10.10.10.12 fuse-overlayfs",
        "app3 113 10.10.10.13 fuse-overlayfs",
      ],
    );
    assert.equal(settings?.aptProxy, undefined);
  });

  it("has the same keys in Pulumi.yaml, each with a type and a description", () => {
    const schema = configSchema();
    const declared = CONFIG_KEYS.filter((key) => key !== "proxmoxApiToken"); // see Pulumi.yaml
    assert.deepEqual(Object.keys(schema).sort(), [...declared].sort());
    for (const [key, item] of Object.entries(schema)) {
      assert.ok(item.type && item.description, key);
    }
  });

  it("takes the Proxmox node itself as the resolver", () => {
    assert.deepEqual(problemsOf({ nameserver: "10.10.10.1" }), []);
  });

  const refusals: [string, Record<string, string>, RegExp][] = [
    ["an unknown key", { appNodeCout: "3" }, /^appNodeCout: is no configuration key/],
    [
      "a word for a switch",
      { proxmoxFirewall: "maybe" },
      /^proxmoxFirewall: must be true or false, got "maybe"/,
    ],
    ["a missing value", { sshHost: "" }, /^sshHost: is missing/],
    [
      "no app node",
      { appNodeCount: "0" },
      /^appNodeCount: is out of range, got 0; allowed are 1 to 20/,
    ],
    ["too many app nodes", { appNodeCount: "21" }, /^appNodeCount: is out of range, got 21/],
    [
      "a resolver in the private subnet",
      { nameserver: "10.10.10.53" },
      /^nameserver: cannot be reached from CTs, got 10\.10\.10\.53 \(the private subnet/,
    ],
    [
      "a resolver in Docker's network",
      { nameserver: "10.210.0.53" },
      /^nameserver: cannot be reached from CTs, got 10\.210\.0\.53 \(Docker's own network/,
    ],
    ["a resolver on loopback", { nameserver: "127.0.0.53" }, /^nameserver: .* \(loopback/],
    ["no address as a resolver", { nameserver: "0.0.0.0" }, /^nameserver: cannot be reached/],
    [
      "a number with leading zeros",
      { vmidDb: "0150" },
      /^vmidDb: must be a whole number, got "0150"/,
    ],
    ["a number in hex", { vmidDb: "0x96" }, /^vmidDb: must be a whole number, got "0x96"/],
    ["an address with leading zeros", { dbAddress: "10.10.10.050" }, /^dbAddress: is no IPv4/],
    ["a number that is none", { vmidDb: "db" }, /^vmidDb: must be a whole number, got "db"/],
    [
      "an unknown storage driver",
      { appStorageDrivers: '["zfs"]' },
      /^appStorageDrivers: is not valid/,
    ],
    ["an empty list of drivers", { appStorageDrivers: "[]" }, /^appStorageDrivers: is not valid/],
    ["an address that is none", { dbAddress: "10.10.10.500" }, /^dbAddress: is no IPv4 address/],
    [
      "an address outside its subnet",
      { dbAddress: "10.10.11.50" },
      /^dbAddress: is outside its subnet/,
    ],
    ["a subnet's own address", { dbAddress: "10.10.10.0" }, /^dbAddress: is outside its subnet/],
    [
      "app nodes that run out of the subnet",
      { appAddressStart: "10.10.10.253" },
      /\(app3\): is outside/,
    ],
    ["a LAN address outside the LAN", { lbLanAddress: "10.0.0.5" }, /^lbLanAddress: is outside/],
    [
      "a duplicate address",
      { dbAddress: "10.10.10.12" },
      /^address 10\.10\.10\.12: is given to app2 and db/,
    ],
    ["a duplicate vmid", { vmidDb: "112" }, /^vmid 112: is given to app2 and db/],
    [
      "subnets that overlap",
      {
        privateCidr: "10.10.10.0/24",
        lanCidr: "10.10.0.0/16",
        lanGateway: "10.10.0.1",
        lbLanAddress: "10.10.0.2",
      },
      /^privateCidr: overlaps lanCidr/,
    ],
    ["one bridge for both", { privateBridge: "vmbr0" }, /^privateBridge: equals lanBridge/],
    [
      "an unknown profile",
      { lbProfile: "fast" },
      /^lbProfile: is no profile, got "fast"; allowed are tuned, alb-default, plain$/,
    ],
    ["plain http", { proxmoxEndpoint: "http://h:8006" }, /^proxmoxEndpoint: is not valid/],
    ["an SSH user who cannot set features", { sshUser: "admin" }, /^sshUser: is not valid/],
  ];
  for (const [what, changes, message] of refusals) {
    it(`refuses ${what}`, () => {
      const problems = problemsOf(changes);
      assert.equal(problems.length, 1, problems.join("\n"));
      assert.match(problems[0] ?? "", message);
    });
  }

  it("refuses more than the budget and says what would fit", () => {
    const problems = problemsOf({ appNodeCount: "5" });
    assert.deepEqual(
      problems.map((p) => p.split(":")[0]),
      ["memory", "disk"],
    );
    assert.match(problems[0] ?? "", /got 4352 MiB; allowed are 4096 MiB/);
    assert.deepEqual(problemsOf({ appNodeCount: "4", appDiskGiB: "7" }), []);
  });

  it("reports every problem at once", () => {
    assert.equal(problemsOf({ sshHost: "", appNodeCount: "0", surprise: "1" }).length, 3);
  });
});
