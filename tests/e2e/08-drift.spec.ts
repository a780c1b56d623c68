import assert from "node:assert/strict";
import { boxOf } from "../support/box";
import { labClone } from "../support/labClone";
import { allHealthy, serviceStatus } from "../support/labStatus";
import { inBox } from "../support/nodeApi";

const conf = "/etc/pve/lxc/112.conf";

/** Lines of app2's configuration on the node, in an order of their own: Proxmox sorts them anew. */
async function configuration(): Promise<string[]> {
  const text = await inBox(boxOf(labClone().root), `cat ${conf}`);
  return text.split("\n").filter(Boolean).sort();
}

describe("an app node's CT that was changed by hand", function () {
  this.timeout("5m");
  let intended: string[];

  before(async () => (intended = await configuration()));

  it("gets other features and a later raw line", async function () {
    const box = boxOf(labClone().root);
    await inBox(box, "pct set 112 --features nesting=1");
    // LXC takes the last line of this key, so the lab's own is there and not in force.
    const line = "lxc.apparmor.profile: generated";
    await inBox(box, `sed -i '/^lxc.apparmor.profile: /a ${line}' ${conf}`);
    const changed = await configuration();
    assert.ok(changed.includes("features: nesting=1"), changed.join("\n"));
    assert.ok(changed.includes("lxc.apparmor.profile: generated"), changed.join("\n"));
  });

  it("is seen by refresh", async function () {
    const words = ["pulumi", "--", "refresh", "--yes", "--skip-preview", "--non-interactive"];
    const { stdout } = await labClone().ok(words, { timeoutSeconds: 280 });
    assert.match(stdout, /app2-host .*updated/);
    const preview = await labClone().ok(["preview"]);
    assert.match(preview.stdout, /ContainerHostConfig app2-host update/);
  });

  it("is repaired by up, and serves again", async function () {
    await labClone().ok(["up", "--yes"], { timeoutSeconds: 280 });
    const found = await configuration();
    // The line that somebody wrote is nobody's here; the lab's own is behind it now.
    const strange = "lxc.apparmor.profile: generated";
    assert.deepEqual(
      found.filter((line) => line !== strange),
      intended,
    );
    const profile = found.filter((line) => line.startsWith("lxc.apparmor.profile"));
    assert.equal(profile.length, 2);
    const last = `grep ^lxc.apparmor.profile ${conf} | tail -n 1`;
    assert.notEqual((await inBox(boxOf(labClone().root), last)).trim(), strange);
    await allHealthy(60);
    assert.equal(await serviceStatus("app1"), 0, "app1 reached app2:3000");
    await inBox(boxOf(labClone().root), `sed -i '/^${strange}$/d' ${conf}`);
  });

  it("needs nothing more", async function () {
    const { stdout, stderr } = await labClone().ok(["preview"]);
    assert.doesNotMatch(stdout + stderr, /to (create|update|replace|delete)/);
  });
});
