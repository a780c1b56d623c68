import assert from "node:assert/strict";
import {
  formatInterfaces,
  parseInterfaces,
  readInterface,
  removeInterface,
  writeInterface,
} from "../../../../pve-node/codec/interfaces";

const text = `# made by the installer
auto lo
iface lo inet loopback

iface eth0 inet manual

auto vmbr0 vmbr2
iface vmbr0 inet static
	address 172.20.0.2/16
	gateway 172.20.0.1
	bridge-ports eth0
	bridge-stp off
	bridge-fd 0
#the LAN

iface vmbr0 inet6 auto

iface vmbr2 inet static
	address 10.2.0.1
	netmask 255.255.255.0
	bridge_ports none
	post-up echo one
	post-up echo two

mapping eth9
	script /bin/true

source /etc/network/interfaces.d/*
`;

describe("/etc/network/interfaces", () => {
  it("is written as it was read", () => {
    assert.equal(formatInterfaces(parseInterfaces(text)), text);
  });

  it("reads stanzas of both families, old spellings and comments", () => {
    const file = parseInterfaces(text);
    assert.deepEqual(readInterface(file, "vmbr0"), {
      name: "vmbr0",
      autostart: true,
      method: "static",
      method6: "auto",
      cidr: "172.20.0.2/16",
      gateway: "172.20.0.1",
      comments: "the LAN\n",
      options: [
        ["bridge-ports", "eth0"],
        ["bridge-stp", "off"],
        ["bridge-fd", "0"],
      ],
    });
    assert.equal(readInterface(file, "vmbr2")?.cidr, "10.2.0.1/24");
    assert.equal(readInterface(file, "vmbr9"), undefined);
  });

  it("adds a bridge before the closing source and leaves the rest alone", () => {
    const file = parseInterfaces(text);
    writeInterface(file, {
      name: "vmbr1",
      autostart: true,
      method: "static",
      method6: "manual",
      cidr: "10.10.10.1/24",
      comments: "private\n",
      options: [["bridge-ports", "none"]],
    });
    const added = `auto vmbr1
iface vmbr1 inet static
	address 10.10.10.1/24
	bridge-ports none
#private

`;
    const wanted = text.replace("source /etc", `${added}source /etc`);
    assert.equal(formatInterfaces(file), wanted);
    removeInterface(file, "vmbr1");
    assert.equal(formatInterfaces(file), text);
  });

  it("never writes a value with a line break", () => {
    const settings = { name: "vmbr1", autostart: true, method: "manual", method6: "manual" };
    const evil = "none\n\tpost-up touch /root/pwned";
    for (const more of [
      { options: [["bridge-ports", evil]] as [string, string][] },
      { options: [], cidr: `10.0.0.1/24\n${evil}` },
      { options: [], gateway: `10.0.0.1\r${evil}` },
    ])
      assert.throws(
        () => writeInterface(parseInterfaces(text), { ...settings, ...more }),
        /interface 'vmbr1': a value contains control characters/,
      );
    const file = parseInterfaces(text);
    writeInterface(file, { ...settings, options: [], comments: "one\rtwo\n" });
    assert.match(formatInterfaces(file), /^#one\n#two$/m);
  });

  it("changes one interface and keeps lines it does not know", () => {
    const file = parseInterfaces(text);
    const settings = readInterface(file, "vmbr2")!;
    writeInterface(file, { ...settings, cidr: "10.3.0.1/24", autostart: false });
    const changed = formatInterfaces(file);
    assert.match(changed, /iface vmbr2 inet static\n\taddress 10\.3\.0\.1\/24\n/);
    assert.match(changed, /\tpost-up echo one\n\tpost-up echo two\n/);
    assert.match(changed, /^auto vmbr0$/m);
    assert.match(changed, /mapping eth9\n\tscript \/bin\/true\n/);
  });
});
