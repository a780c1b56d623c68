import assert from "node:assert/strict";
import { labClone } from "../support/labClone";
import { allHealthy, targetIs } from "../support/labStatus";
import { underLoad } from "../support/underLoad";

const lab = labClone();
const config = (...words: string[]) => lab.ok(["pulumi", "--", "config", ...words]);
const up = () => lab.ok(["up", "--yes"], { timeoutSeconds: 550 });

/** Memory caps of the app nodes, from Proxmox's own files. */
async function caps(): Promise<string> {
  const files =
    "grep -h ^memory: /etc/pve/lxc/111.conf /etc/pve/lxc/112.conf /etc/pve/lxc/113.conf";
  return (await lab.ok(["exec", "pve", "--", "bash", "-c", files])).stdout
    .trim()
    .split("\n")
    .join();
}

describe("changes of app nodes, and the database's protection", function () {
  this.timeout("10m");

  it("nothing is taken out, and nothing changed, while another target does not serve", async function () {
    await lab.ok(["exec", "app2", "--", "docker", "stop", "web"]);
    await targetIs("app2", "unhealthy", 15);
    const before = await caps();
    await config("set", "homelab:appMemoryMiB", "480");
    const { code, stderr } = await lab.run(["up", "--yes"], { timeoutSeconds: 300 });
    assert.equal(code, 1);
    assert.match(stderr, /target app1 is not taken out while others do not serve \(app2 DOWN/);
    assert.equal(await caps(), before);
    await lab.ok(["exec", "app2", "--", "docker", "start", "web"]);
    await allHealthy(60);
  });

  it("a memory cap changes node by node and loses no GET; the database gets its protection", async function () {
    await config("set", "homelab:databaseDeletionProtection", "true");
    const { sent, lost } = await underLoad(lab, up);
    assert.ok(sent > 500, `${sent} sent`);
    assert.deepEqual(lost, []);
    assert.equal(await caps(), "memory: 480,memory: 480,memory: 480");
  });

  it("a protected database is neither destroyed nor rebuilt, and the steps are said", async function () {
    const before = await lab.ok(["exec", "pve", "--", "pct", "list"]);
    for (const words of [["down"], ["rebuild", "db"]]) {
      const { code, stderr } = await lab.run([...words, "--yes"], { timeoutSeconds: 120 });
      assert.equal(code, 1, words.join(" "));
      assert.match(stderr, /protected from deletion.*config set databaseDeletionProtection false/s);
    }
    await config("set", "homelab:vmidDb", "151");
    const { code, stderr } = await lab.run(["up", "--yes"], { timeoutSeconds: 300 });
    await config("rm", "homelab:vmidDb");
    assert.equal(code, 1);
    assert.match(stderr, /would replace the database's CT.*databaseDeletionProtection false/s);
    assert.equal((await lab.ok(["exec", "pve", "--", "pct", "list"])).stdout, before.stdout);
  });

  it("the steps switch it off, and the old cap comes back", async function () {
    await config("set", "homelab:databaseDeletionProtection", "false");
    await config("rm", "homelab:appMemoryMiB");
    await up();
    const { stdout } = await lab.ok(["exec", "pve", "--", "pct", "config", "150"]);
    assert.ok(!/^protection: 1/m.test(stdout), stdout);
    assert.equal(await caps(), "memory: 512,memory: 512,memory: 512");
  });
});
