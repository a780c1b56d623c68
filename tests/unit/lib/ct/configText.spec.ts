import assert from "node:assert/strict";
import {
  changeRawLines,
  featuresOf,
  nextFeatures,
  normalFeatures,
  rawLines,
} from "../../../../lib/ct/configText";

const conf = `arch: amd64
features: nesting=1,keyctl=1
lxc.cap.drop: sys_time
memory: 512

[before]
features: fuse=1
lxc.cap.drop: mac_admin
`;

describe("a CT's configuration text", () => {
  it("reads features and raw lines of the current configuration only", () => {
    assert.equal(featuresOf(conf), "nesting=1,keyctl=1");
    assert.deepEqual(rawLines(conf), ["lxc.cap.drop: sys_time"]);
  });

  it("reads features that wait for the CT's next start", () => {
    const pending = (lines: string) =>
      `${conf}\n[pve:pending]\n${lines}\n[after]\nfeatures: mknod=1\n`;
    assert.equal(nextFeatures(conf), "nesting=1,keyctl=1");
    assert.equal(nextFeatures(pending("memory: 256")), "nesting=1,keyctl=1");
    assert.equal(nextFeatures(pending("features: nesting=1")), "nesting=1");
    assert.equal(nextFeatures(pending("delete: swap,features")), "");
  });

  it("adds lines before the first section, each once, whatever its spelling", () => {
    const text = changeRawLines(conf, [], ["lxc.cap.drop = sys_time", "lxc.cap.drop:"]);
    assert.deepEqual(rawLines(text), ["lxc.cap.drop: sys_time", "lxc.cap.drop:"]);
    assert.ok(text.endsWith("\n[before]\nfeatures: fuse=1\nlxc.cap.drop: mac_admin\n"));
  });

  it("gives back the text it started from", () => {
    const added = ["lxc.cgroup2.devices.allow: a"];
    const plain = "arch: amd64\nmemory: 512\n";
    assert.equal(changeRawLines(changeRawLines(plain, [], added), added, []), plain);
  });

  it("compares features by what is on", () => {
    assert.equal(
      normalFeatures("nesting=1, keyctl=1,fuse=0"),
      normalFeatures("keyctl=1,nesting=1"),
    );
  });
});
