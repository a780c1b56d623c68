import assert from "node:assert/strict";
import { checkConfig } from "../../../../lib/config/checkConfig";
import { CONFIG_KEYS } from "../../../../lib/stack/settings";
import { completeConfig, configSchema } from "../../../support/stackConfig";

const problemsOf = (changes: Record<string, string>) =>
  checkConfig(completeConfig(changes)).problems;

/** The private subnet and all that is in it, moved. */
const moved = (prefix: string) => ({
  privateCidr: `${prefix}.0/24`,
  privateGateway: `${prefix}.1`,
  lbPrivateAddress: `${prefix}.10`,
  appAddressStart: `${prefix}.11`,
  dbAddress: `${prefix}.50`,
});

describe("stack configuration", () => {
  it("takes hosts by name, by address and by IPv6, and any private subnet", () => {
    const accepted: Record<string, string>[] = [
      { sshHost: "pve.example.org", proxmoxEndpoint: "https://pve.example.org:8006" },
      { sshHost: "fd00::2", proxmoxEndpoint: "https://[fd00::2]:8006/" },
      { storage: "local-lvm", proxmoxNode: "pve-01", template: "nas.1:vztmpl/my_deb-12+1.tar.xz" },
      { aptProxy: "http://cache.lan:3142", nameserver: "192.168.1.1" },
      moved("192.168.77"),
      moved("100.64.3"),
      { template: "local:vztmpl/debian-12-turnkey-core_18.1-1_amd64.tar.gz" },
    ];
    for (const changes of accepted)
      assert.deepEqual(problemsOf(changes), [], JSON.stringify(changes));
  });

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
    [
      "a prefix with leading zeros",
      { privateCidr: "10.10.10.0/024" },
      /^privateCidr: is no IPv4 subnet, got "10\.10\.10\.0\/024"/,
    ],
    ["a prefix as /08", { lanCidr: "172.20.0.0/08" }, /^lanCidr: is no IPv4 subnet/],
    [
      "a private subnet of other people's addresses",
      { ...moved("9.9.9"), nameserver: "192.168.1.1" },
      /^privateCidr: is no private subnet, got 9\.9\.9\.0\/24; take one of 10\.0\.0\.0\/8/,
    ],
    [
      "an SSH host that would be an option",
      { sshHost: "-oProxyCommand=id" },
      /^sshHost: is not valid, got "-oProxyCommand=id"; give a host's name or address/,
    ],
    ["an SSH host with its user", { sshHost: "root@pve" }, /^sshHost: is not valid/],
    ["an SSH host in two words", { sshHost: "pve -v" }, /^sshHost: is not valid/],
    [
      "an SSH host in the private subnet",
      { sshHost: "10.10.10.1" },
      /^sshHost: is inside the private subnet, got 10\.10\.10\.1; /,
    ],
    [
      "an endpoint in the private subnet",
      { proxmoxEndpoint: "https://10.10.10.1:8006/" },
      /^proxmoxEndpoint: is inside the private subnet/,
    ],
    [
      "the load balancer at the SSH host's address",
      { sshHost: "172.20.0.10" },
      /^sshHost: is an address of lb, got 172\.20\.0\.10; give the Proxmox node's own/,
    ],
    [
      "the load balancer at the endpoint's address",
      { proxmoxEndpoint: "https://172.20.0.10:8006" },
      /^proxmoxEndpoint: is an address of lb/,
    ],
    [
      "the load balancer at the resolver's address",
      { nameserver: "172.20.0.10" },
      /^nameserver: cannot be reached from CTs, got 172\.20\.0\.10 \(that is the address of lb\)/,
    ],
    [
      "a CT at the package cache's address",
      { aptProxy: "http://10.10.10.50:3142" },
      /^aptProxy: cannot be reached from CTs, got 10\.10\.10\.50 \(that is the address of db\)/,
    ],
    [
      "a package cache on loopback",
      { aptProxy: "http://127.0.0.1:3142" },
      /^aptProxy: cannot be reached from CTs, got 127\.0\.0\.1 \(loopback/,
    ],
    [
      "a package cache's port out of range",
      { aptProxy: "http://192.168.1.5:99999" },
      /^aptProxy: its port is out of range, got 99999; allowed are 1 to 65535/,
    ],
    ["an endpoint with a password", { proxmoxEndpoint: "https://a:b@h/" }, /^proxmoxEndpoint: is/],
    ["an endpoint's path", { proxmoxEndpoint: "https://h:8006/api2" }, /^proxmoxEndpoint: is not/],
    ["an endpoint's port 0", { proxmoxEndpoint: "https://h:0" }, /^proxmoxEndpoint: its port is/],
    ["a node with its domain", { proxmoxNode: "pve.lan" }, /^proxmoxNode: is not valid/],
    ["a node that is an option", { proxmoxNode: "-pve" }, /^proxmoxNode: is not valid/],
    ["a storage that is a path", { storage: "../local" }, /^storage: is not valid/],
    ["a storage with a colon", { storage: "local:x" }, /^storage: is not valid/],
    ["a template that leads upwards", { template: "local:vztmpl/.." }, /^template: is not valid/],
    ["a template without an ending", { template: "local:vztmpl/deb" }, /^template: is not valid/],
    [
      "a template of another Debian",
      { template: "local:vztmpl/debian-13-standard_13.1-2_amd64.tar.zst" },
      /^template: is of debian-13, and what is installed in CTs is Debian 12's; give one of Debian 12/,
    ],
    [
      "a template of another system",
      { template: "local:vztmpl/alpine-3.22-default_20250617_amd64.tar.xz" },
      /^template: is of alpine-3\.22/,
    ],
    [
      "a rebuild from another Debian",
      { builds: '{"app1":{"template":"local:vztmpl/debian-13.tar.zst","generation":1}}' },
      /^builds\.app1\.template: .*give one of Debian 12/,
    ],
    ["a bridge with a slash", { lanBridge: "vmbr/0" }, /^lanBridge: is not valid/],
    ["a bridge of 16 letters", { privateBridge: "a".repeat(16) }, /^privateBridge: is not valid/],
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
