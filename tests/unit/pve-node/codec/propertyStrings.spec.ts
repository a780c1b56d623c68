import assert from "node:assert/strict";
import { parseFeatures } from "../../../../pve-node/codec/features";
import { volumesOf } from "../../../../pve-node/lxc/volumes";
import {
  allocationOf,
  parseMountPoint,
  parseRootfs,
  printVolumeOption,
  volumeType,
} from "../../../../pve-node/codec/mountPoint";
import { completeNet, hwaddrFrom, parseNet, printNet } from "../../../../pve-node/codec/net";
import { PropertyError } from "../../../../pve-node/codec/propertyString";
import { formatSize, parseSize } from "../../../../pve-node/codec/size";
import { formatStorageConfig, parseStorageConfig } from "../../../../pve-node/codec/storageConfig";
import { parseDirectoryVolume, parseVolumeId } from "../../../../pve-node/codec/volume";

const refuses = (action: () => unknown, ...details: string[]) =>
  assert.throws(action, (error: Error) => {
    assert.ok(error instanceof PropertyError);
    assert.deepEqual(error.details, details);
    return true;
  });

describe("netN", () => {
  const sent = "bridge=vmbr1,firewall=1,host-managed=0,ip=10.10.10.11/24,gw=10.10.10.1,name=eth0";

  it("is stored with a MAC address and its type, the name first, the rest sorted", () => {
    const net = completeNet(parseNet(sent), () => hwaddrFrom(Uint8Array.of(0x3a, 0x7f, 2)));
    assert.equal(
      printNet(net),
      "name=eth0,bridge=vmbr1,firewall=1,gw=10.10.10.1,host-managed=0," +
        "hwaddr=BC:24:11:3A:7F:02,ip=10.10.10.11/24,type=veth",
    );
  });

  it("keeps a MAC address that was given, in upper case", () => {
    const net = parseNet("name=eth0,hwaddr=bc:24:11:00:00:01");
    assert.equal(completeNet(net, () => "no").hwaddr, "BC:24:11:00:00:01");
  });

  it("refuses what Proxmox refuses, in its words", () => {
    refuses(() => parseNet("bridge=vmbr0"), "name: property is missing and it is not optional");
    refuses(
      () => parseNet("name=eth0,x=1"),
      "x: property is not defined in schema and the schema does not allow additional properties",
    );
    refuses(
      () => parseNet("name=eth0,name=eth1"),
      "duplicate key in comma-separated list property: name",
    );
    refuses(() => parseNet("eth0"), "value without key, but schema does not define a default key");
    refuses(
      () => parseNet("name=eth0,ip=10.0.0.256/24,tag=4095"),
      "ip: invalid format - value does not look like a valid ipv4 network configuration\n",
      "tag: value must have a maximum value of 4094",
    );
    refuses(
      () => parseNet("name=eth0,hwaddr=01:24:11:00:00:01"),
      "hwaddr: invalid format - value does not look like a valid unicast MAC address\n",
    );
  });
});

describe("volumes", () => {
  it("have the volume first and the required key next", () => {
    const mount = parseMountPoint("mp=/data,size=16G,volume=local:1/vm-1-disk-1.raw,backup=yes");
    assert.equal(
      printVolumeOption("mp0", mount),
      "local:1/vm-1-disk-1.raw,mp=/data,backup=1,size=16G",
    );
  });

  it("ask for a new disk by size, on the default storage when none is named", () => {
    assert.deepEqual(allocationOf("local:8", "other"), { storage: "local", gib: 8 });
    assert.deepEqual(allocationOf("0.5", "other"), { storage: "other", gib: 0.5 });
    assert.equal(allocationOf("local:1/vm-1-disk-0.raw", "other"), undefined);
  });

  it("are told from directories and devices", () => {
    const types = ["local:8", "/srv/x", "/dev/sda"].map(volumeType);
    assert.deepEqual(types, ["volume", "bind", "device"]);
  });

  it("refuse a mount point that leaves the CT", () => {
    for (const mp of ["/../etc", "/a/../../b", "/a/./b", ".."])
      refuses(
        () => parseMountPoint(`local:1,mp=${mp}`),
        `mp: invalid format - ${mp} contains illegal character sequences\n`,
      );
    assert.equal(volumesOf({ mp0: "local:1,mp=data" })[0]?.target, "/data");
    assert.equal(parseMountPoint("local:1,mp=/a..b").mp, "/a..b");
    refuses(() => parseRootfs("size=8G"), "volume: property is missing and it is not optional");
  });

  it("are found below a directory storage, never outside of it", () => {
    assert.deepEqual(parseVolumeId("local:vztmpl/a.tar.zst"), {
      storage: "local",
      name: "vztmpl/a.tar.zst",
    });
    assert.equal(parseDirectoryVolume("vztmpl/a.tar.zst").path, "template/cache/a.tar.zst");
    assert.deepEqual(parseDirectoryVolume("110/vm-110-disk-0.raw"), {
      content: "rootdir",
      path: "images/110/vm-110-disk-0.raw",
      vmid: 110,
    });
    for (const name of ["vztmpl/../../../etc/x.tar.zst", "../x", "110/../111/vm-1-disk-0.raw"])
      assert.throws(() => parseDirectoryVolume(name), {
        message: `unable to parse directory volume name '${name}'`,
      });
    assert.throws(() => parseVolumeId("x"), { message: "unable to parse volume ID 'x'" });
  });
});

describe("sizes", () => {
  it("are printed with the largest unit that is exact", () => {
    const printed = [8 * 1024 ** 3, 1536 * 1024 ** 2, 1025, 0].map(formatSize);
    assert.deepEqual(printed, ["8G", "1536M", "1025", "0T"]);
  });

  it("are read with and without unit", () => {
    const read = ["8G", "1.5G", "4096", "8 G"].map(parseSize);
    assert.deepEqual(read, [8 * 1024 ** 3, 1.5 * 1024 ** 3, 4096, undefined]);
  });
});

describe("features", () => {
  it("are off unless they are on", () => {
    assert.deepEqual(parseFeatures("nesting=1,fuse=0,mount=nfs;cifs"), {
      forceRwSys: false,
      fuse: false,
      keyctl: false,
      mknod: false,
      nesting: true,
      mount: ["nfs", "cifs"],
    });
  });
});

describe("storage.cfg", () => {
  it("implies the storage local", () => {
    assert.equal(parseStorageConfig("").get("local")?.path, "/var/lib/vz");
  });

  it("holds one block per storage", () => {
    const text =
      "dir: local\n\tpath /srv\n\tcontent vztmpl,iso\n\ndir: more\n\tpath /m\n\tdisable\n";
    assert.deepEqual(
      [...parseStorageConfig(text).values()].map(({ id, type, path, content, enabled }) => ({
        id,
        type,
        path,
        content,
        enabled,
      })),
      [
        { id: "local", type: "dir", path: "/srv", content: ["vztmpl", "iso"], enabled: true },
        { id: "more", type: "dir", path: "/m", content: ["images", "rootdir"], enabled: false },
      ],
    );
    const again = parseStorageConfig(formatStorageConfig(parseStorageConfig(text).values()));
    assert.deepEqual(again, parseStorageConfig(text));
  });
});
