import assert from "node:assert/strict";
import { parseCtConfig } from "../../../../pve-node/codec/ctConfig";
import { checkClone, cloneConfig } from "../../../../pve-node/lxc/clone";
import { baseVolume, checkTemplate } from "../../../../pve-node/lxc/template";

const text =
  "#about\nhostname: web\nlock: backup\nmemory: 64\nnet0: name=eth0,bridge=vmbr0,hwaddr=BC:24:11:00:00:01,type=veth\n" +
  "rootfs: local:101/vm-101-disk-0.raw,size=1G\nmp0: local:101/vm-101-disk-1.raw,mp=/d,size=1G\n" +
  "unused0: local:101/vm-101-disk-2.raw\nlxc.cap.drop:\n";
const config = () => parseCtConfig(text.replace("lock: backup\n", ""));

describe("a clone", () => {
  it("has no disks of its source, no lock, and MAC addresses of its own", () => {
    const { options, raw, description } = cloneConfig(parseCtConfig(text), { newid: 102 });
    assert.deepEqual(Object.keys(options).sort(), ["hostname", "memory", "net0"]);
    assert.match(options.net0!, /hwaddr=BC:24:11:/);
    assert.ok(!options.net0!.includes("BC:24:11:00:00:01"));
    assert.deepEqual([raw, description], [[["lxc.cap.drop", ""]], "about\n"]);
    const named = { newid: 102, hostname: "db", description: "other" };
    const other = cloneConfig(config(), named);
    assert.deepEqual([other.options.hostname, other.description], ["db", "other\n"]);
  });

  it("is refused where the source cannot be copied", () => {
    const refusal = (
      change: (of: ReturnType<typeof config>) => void,
      running = false,
      full?: boolean,
    ) => {
      const source = config();
      change(source);
      try {
        checkClone(source, running, { newid: 102, ...(full === undefined ? {} : { full }) });
        return undefined;
      } catch (error) {
        return (error as Error).message;
      }
    };
    assert.equal(
      refusal(() => undefined),
      undefined,
    );
    assert.equal(
      refusal(() => undefined, true),
      "Cannot do full clones on a running container without snapshots",
    );
    assert.equal(
      refusal((c) => (c.options.lock = "backup")),
      "CT is locked (backup)",
    );
    assert.equal(
      refusal((c) => (c.options.mp0 = "/srv,mp=/srv")),
      "unable to clone mountpoint 'mp0' (type bind)",
    );
    const linked = "Linked clone feature for 'rootfs' is not available";
    assert.equal(
      refusal((c) => (c.options.template = "1")),
      linked,
    );
    assert.equal(
      refusal((c) => (c.options.template = "1"), false, true),
      undefined,
    );
  });
});

describe("a template", () => {
  it("has disks with names of their own", () => {
    assert.equal(baseVolume("local:101/vm-101-disk-0.raw"), "local:101/base-101-disk-0.raw");
    assert.equal(baseVolume("local:101/base-101-disk-0.raw"), "local:101/base-101-disk-0.raw");
  });

  it("is made once, of a CT that is stopped", () => {
    assert.throws(() => checkTemplate(config(), true), /if the CT is running/);
    const done = config();
    done.options.template = "1";
    assert.throws(() => checkTemplate(done, false), /can't convert a template to a template/);
  });
});
