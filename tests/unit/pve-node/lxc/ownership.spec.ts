import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { emptyConfig, parseCtConfig, printCtConfig } from "../../../../pve-node/codec/ctConfig";
import { ownerOf } from "../../../../pve-node/codec/volume";
import { planCreate } from "../../../../pve-node/lxc/plan";
import { testNode, type TestNode } from "../../../support/pveNode";

const STORAGE_CFG = "dir: local\n\tpath /var/lib/vz\n\tcontent images,rootdir,vztmpl\n";
const form = (values: Record<string, string>) => new URLSearchParams(values).toString();

/** A node with the real driver on a folder: CT 101, whose user may change its disks, and others' files. */
async function sharedNode() {
  const node = await testNode();
  const { paths } = node.services;
  const put = (path: string, text: string) => {
    const file = paths.at(path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
    return file;
  };
  put("/etc/pve/storage.cfg", STORAGE_CFG);
  const conf = put(
    "/etc/pve/nodes/pve1/lxc/101.conf",
    "memory: 512\nostype: debian\narch: amd64\n",
  );
  await node.access.change(({ roles }) => {
    roles.set("Disks", new Set(["VM.Config.Disk", "VM.Config.Options", "VM.Audit", "VM.Allocate"]));
  });
  const headers = await node.grant("low", "/vms/101", "Disks");
  return { node, put, conf, headers };
}

const change = (node: TestNode, headers: Record<string, string>, values: Record<string, string>) =>
  node.app.inject("PUT", "/nodes/pve1/lxc/101/config", headers, form(values));

describe("who may change one CT's disks", () => {
  it("cannot have another CT's disk, or a template, deleted", async () => {
    const { node, put, conf, headers } = await sharedNode();
    const disk = put("/var/lib/vz/images/102/vm-102-disk-0.raw", "another CT's");
    const template = put("/var/lib/vz/template/cache/debian.tar.zst", "everybody's");
    const volumes = ["local:102/vm-102-disk-0.raw", "local:vztmpl/debian.tar.zst"];
    for (const [n, volume] of volumes.entries()) {
      const key = `unused${n}`;
      await change(node, headers, { [key]: volume });
      await change(node, headers, { delete: key });
    }
    // A file that an earlier version, or an editor, has left so.
    writeFileSync(conf, `${readFileSync(conf, "utf8")}unused3: ${volumes[0]}\n`);
    const gone = await node.app.inject("DELETE", "/nodes/pve1/lxc/101", headers);
    if (gone.status === 200) await node.tasks.wait(gone.json.data as string);
    assert.deepEqual([existsSync(disk), existsSync(template)], [true, true]);
  });

  const evil = "lxc.hook.pre-start: /bin/touch /root/pwned";
  const attempts: [string, Record<string, string>][] = [
    ["an unused volume", { unused0: `local:101/vm-101-disk-0.raw\n${evil}` }],
    ["a text that is no volume", { unused0: `x\n${evil}` }],
    ["a carriage return", { unused0: `local:101/vm-101-disk-0.raw\r${evil}` }],
    ["a time zone", { timezone: `Europe/Berlin\n${evil}` }],
    ["tags", { tags: `a\n${evil}` }],
    ["a mount point", { mp0: `local:1,mp=/x\n${evil}` }],
    ["a start order", { startup: `order=1\n${evil}` }],
    ["a search domain", { searchdomain: `lab\n${evil}` }],
    ["a nameserver", { nameserver: `1.1.1.1\n${evil}` }],
    ["an entry point", { entrypoint: `/bin/sh\u0000\n${evil}` }],
    ["a description, which is encoded", { description: `text\n${evil}` }],
    ["the digest", { digest: `x\n${evil}`, onboot: "1" }],
    ["a key", { [`onboot\n${evil}`]: "1" }],
    ["what is deleted", { delete: `onboot\n${evil}` }],
  ];
  for (const [what, values] of attempts) {
    it(`cannot write a raw LXC line by ${what}`, async () => {
      const { node, conf, headers } = await sharedNode();
      await change(node, headers, values);
      const { raw } = parseCtConfig(readFileSync(conf, "utf8"));
      assert.deepEqual(raw, []);
    });
  }
});

describe("an unused volume", () => {
  const own = "local:101/vm-101-disk-0.raw";
  const refused: [string, string][] = [
    ["local:102/vm-102-disk-0.raw", "volume 'local:102/vm-102-disk-0.raw' is not owned by CT 101"],
    ["local:vztmpl/d.tar.zst", "volume 'local:vztmpl/d.tar.zst' is not owned by CT 101"],
    [own, `volume '${own}' is already in use by CT 101`],
  ];
  for (const [volume, text] of refused) {
    it(`cannot be ${volume}`, async () => {
      const { node, put, conf, headers } = await sharedNode();
      const disk = put("/var/lib/vz/images/101/vm-101-disk-0.raw", "the root");
      writeFileSync(conf, `memory: 512\nrootfs: ${own},size=1G\n`);
      const { status, json } = await change(node, headers, { unused0: volume });
      assert.deepEqual([status, json.errors], [400, { unused0: text }]);
      assert.equal(existsSync(disk), true);
    });
  }

  it("that an editor made of the root does not take the root with it", async () => {
    const { node, put, conf, headers } = await sharedNode();
    const disk = put("/var/lib/vz/images/101/vm-101-disk-0.raw", "the root");
    writeFileSync(conf, `memory: 512\nrootfs: ${own},size=1G\nunused0: ${own}\n`);
    assert.equal((await change(node, headers, { delete: "unused0" })).status, 200);
    assert.equal(existsSync(disk), true);
  });

  it("is left out of a new CT", () => {
    const base = { vmid: 111, ostemplate: "local:vztmpl/d.tar.zst", storage: "local" };
    assert.equal("unused0" in planCreate({ ...base, unused0: "local:1" }).config.options, false);
  });
});

describe("a CT that is removed", () => {
  it("takes disks along that waited for its next start, whatever else its file says", async () => {
    const { node, put, conf } = await sharedNode();
    const admin = await node.grant("admin", "/", "Administrator");
    const pending = put("/var/lib/vz/images/101/vm-101-disk-5.raw", "for the next start");
    writeFileSync(
      conf,
      "memory: 512\nunused0: nonsense\nmp3: none=1\n\n[pve:pending]\nmp0: local:101/vm-101-disk-5.raw,mp=/d\n",
    );
    const gone = await node.app.inject("DELETE", "/nodes/pve1/lxc/101", admin);
    assert.equal(await node.tasks.wait(gone.json.data as string), "OK");
    assert.deepEqual([existsSync(pending), existsSync(conf)], [false, false]);
  });
});

describe("the text of a CT's configuration", () => {
  it("is never made of a value with a line break, whoever asks for it", () => {
    for (const value of ["a\nb", "a\rb", "a\u0000b"]) {
      const config = { ...emptyConfig(), options: { hostname: value } };
      assert.throws(
        () => printCtConfig(config),
        /detected invalid newline inside property 'hostname'/,
      );
    }
  });
});

describe("the owner of a volume", () => {
  const owners: [string, number | undefined][] = [
    ["local:101/vm-101-disk-0.raw", 101],
    ["local:101/vm-102-disk-0.raw", undefined],
    ["local:vztmpl/debian.tar.zst", undefined],
    ["local:101/../102/vm-102-disk-0.raw", undefined],
    ["x", undefined],
  ];
  for (const [volume, owner] of owners) {
    it(`of ${volume} is ${owner ?? "nobody"}`, () => assert.equal(ownerOf(volume), owner));
  }
});

describe("a creation that fails", () => {
  it("leaves a disk alone that was there before it", async () => {
    const { node, put } = await sharedNode();
    const disk = put("/var/lib/vz/images/150/vm-150-disk-0.raw", "somebody moved its CT away");
    const headers = await node.grant("admin", "/", "Administrator");
    const body = form({
      vmid: "150",
      ostemplate: "local:vztmpl/none.tar.zst",
      rootfs: "local:1",
      unprivileged: "1",
    });
    const made = await node.app.inject("POST", "/nodes/pve1/lxc", headers, body);
    if (made.status === 200) {
      assert.notEqual(await node.tasks.wait(made.json.data as string), "OK");
    }
    assert.equal(readFileSync(disk, "utf8"), "somebody moved its CT away");
    assert.equal(existsSync(join(node.root, "etc/pve/nodes/pve1/lxc/150.conf")), false);
  });
});
