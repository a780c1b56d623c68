import assert from "node:assert/strict";
import * as fs from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseNet } from "../../../../pve-node/codec/net";
import {
  hostsFile,
  interfacesFile,
  networkdFile,
  nodeResolver,
  resolvFile,
  shadowFile,
} from "../../../../pve-node/lxc/guest/files";
import { setUpPackages } from "../../../../pve-node/lxc/guest/setup";
import { GuestRoot } from "../../../../pve-node/lxc/guest/guestRoot";

const net = parseNet("name=eth0,bridge=vmbr1,ip=10.10.10.11/24,gw=10.10.10.1");

describe("files of a CT", () => {
  it("interfaces: static address, gateway, and what the CT had of its own", () => {
    const old =
      "auto lo\niface lo inet loopback\n\nauto eth0\niface eth0 inet dhcp\n\tmetric 5\n\nauto tun0\niface tun0 inet manual\n\nsource /etc/network/interfaces.d/*\n";
    const text = interfacesFile(old, [net]);
    assert.equal(
      text,
      "auto lo\niface lo inet loopback\niface lo inet6 loopback\n\nauto eth0\n" +
        "iface eth0 inet static\n\taddress 10.10.10.11/24\n\tgateway 10.10.10.1\n\n" +
        "auto tun0\niface tun0 inet manual\n\nsource /etc/network/interfaces.d/*\n",
    );
    assert.equal(interfacesFile(text, [net]), text, "a second start changes nothing");
  });

  it("interfaces: a gateway outside of the subnet gets a route first", () => {
    const far = parseNet("name=eth0,ip=10.0.0.2/32,gw=192.168.1.1");
    assert.match(
      interfacesFile(undefined, [far]),
      /post-up ip route add 192\.168\.1\.1 dev eth0\n/,
    );
  });

  it("interfaces: nothing for an interface that the node manages", () => {
    const managed = parseNet("name=eth0,host-managed=1,ip=10.0.0.2/24");
    assert.match(interfacesFile(undefined, [managed]), /iface eth0 inet manual/);
  });

  it("systemd-networkd: address and gateway", () => {
    assert.equal(
      networkdFile(net),
      "[Match]\nName = eth0\n\n[Network]\nAddress = 10.10.10.11/24\nGateway = 10.10.10.1\n",
    );
  });

  it("hosts: the CT's name between the markers, once", () => {
    const text = hostsFile("127.0.0.1 localhost\n", "app1", "lab.internal", [net]);
    assert.equal(
      text,
      "# --- BEGIN PVE ---\n10.10.10.11 app1.lab.internal app1\n# --- END PVE ---\n127.0.0.1 localhost\n",
    );
    assert.equal(hostsFile(text, "app1", "lab.internal", [net]), text);
  });

  it("resolv.conf: the given servers instead of older ones", () => {
    const text = resolvFile("nameserver 9.9.9.9\noptions timeout:1\n", ["1.1.1.1"], undefined);
    assert.equal(
      text,
      "# --- BEGIN PVE ---\nnameserver 1.1.1.1\n# --- END PVE ---\noptions timeout:1\n",
    );
    assert.equal(resolvFile(text, ["1.1.1.1"], undefined), text);
  });

  it("does not pass the node's loopback resolver on", () => {
    const text = "search a.b\nnameserver 127.0.0.11\nnameserver 8.8.8.8\n";
    assert.deepEqual(nodeResolver(text), { nameservers: ["8.8.8.8"], searchdomain: "a.b" });
  });

  it("shadow: another hash for root alone", () => {
    const old = "root:*:19000:0:99999:7:::\ndaemon:*:19000:0:99999:7:::\n";
    assert.equal(
      shadowFile(old, "$6$x", 20000),
      "root:$6$x:20000:0:99999:7:::\ndaemon:*:19000:0:99999:7:::\n",
    );
  });
});

describe("a CT's root", () => {
  let root: string;
  beforeEach(async () => {
    root = await fs.mkdtemp(join(tmpdir(), "guest-"));
    await fs.mkdir(join(root, "etc"));
  });
  afterEach(() => fs.rm(root, { recursive: true }));
  const guest = () => new GuestRoot(root, process.getuid!());

  it("follows symbolic links inside of it only", async () => {
    await fs.symlink("/etc/real", join(root, "etc/hostname"));
    await fs.symlink("../../../../../../tmp/outside", join(root, "etc/hosts"));
    await guest().write("/etc/hostname", "app1\n");
    assert.equal(await fs.readFile(join(root, "etc/real"), "utf8"), "app1\n");
    assert.equal(await guest().resolve("/etc/hosts"), join(root, "tmp/outside"));
  });

  it("refuses a loop of links", async () => {
    await fs.symlink("b", join(root, "etc/a"));
    await fs.symlink("a", join(root, "etc/b"));
    await assert.rejects(guest().read("/etc/a"), {
      message: "/etc/a: too many symbolic links in the CT",
    });
  });

  it("lets apt take lists that are older than a week while there is no network, and only then", async () => {
    const file = join(root, "etc/apt/apt.conf.d/79offline");
    await setUpPackages(guest(), true);
    await assert.rejects(fs.stat(file), { code: "ENOENT" }); // no apt, nothing to tell
    await fs.mkdir(join(root, "etc/apt"));
    await setUpPackages(guest(), true);
    assert.match(await fs.readFile(file, "utf8"), /Check-Valid-Until "false"/);
    await setUpPackages(guest(), false);
    await assert.rejects(fs.stat(file), { code: "ENOENT" });
  });

  it("leaves a file alone that the user wants to keep", async () => {
    await fs.writeFile(join(root, "etc/.pve-ignore.hosts"), "");
    await guest().write("/etc/hosts", "x");
    assert.equal(await guest().exists("/etc/hosts"), false);
  });

  it("makes missing directories, root's keys readable by root only", async () => {
    await guest().write("/root/.ssh/authorized_keys", "key\n", 0o600);
    assert.equal((await fs.stat(join(root, "root/.ssh"))).mode & 0o777, 0o700);
    assert.equal((await fs.stat(join(root, "root/.ssh/authorized_keys"))).mode & 0o777, 0o600);
  });
});
