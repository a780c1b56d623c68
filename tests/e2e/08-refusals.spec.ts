import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { boxOf } from "../support/box";
import { labClone, type LabResult } from "../support/labClone";
import { inBox, pveInfo } from "../support/nodeApi";
import { type TrialStack, trialStack } from "../support/trialStack";

/** A guest of somebody else, on a vmid that the trial stack is told to take. */
const strangerVmid = 290;

/** All of the node that a refused command must leave as it is, and the state of the lab's stack. */
async function snapshot(): Promise<string> {
  const { root } = labClone();
  const node = await inBox(
    boxOf(root),
    `pct list
    sha256sum /etc/pve/lxc/*.conf /etc/network/interfaces /etc/pve/storage.cfg
    find /var/lib/vz/images | sort
    ip -o link | cut -d: -f2 | sort
    iptables-save | grep -v '^[:#]'`,
  );
  const state = join(root, ".lab/pulumi/.pulumi/stacks/homelab/dev.json");
  return `${node}\nstate ${createHash("sha256").update(readFileSync(state)).digest("hex")}`;
}

/** Each message is there, once; the command failed. */
function refused({ code, stdout, stderr, seconds }: LabResult, messages: RegExp[]): void {
  const text = `${stdout}\n${stderr}`;
  assert.equal(code, 1, text);
  for (const message of messages) {
    const count = text.match(new RegExp(message, "gm"))?.length ?? 0;
    assert.equal(count, 1, `${message} is there ${count} times:\n${text}`);
  }
  console.log(`      refused after ${seconds.toFixed(1)} s`);
}

describe("bad input", function () {
  this.timeout("2m");
  let stack: TrialStack;
  let untouched: string;

  before(async function () {
    const box = boxOf(labClone().root);
    const { template } = await pveInfo();
    await inBox(
      box,
      "printf 'dir: images\\n\\tpath /tmp\\n\\tcontent iso\\n' >> /etc/pve/storage.cfg",
    );
    const options = "--rootfs local:1 --hostname stranger --memory 64";
    await inBox(box, `pct create ${strangerVmid} ${template} ${options}`);
    stack = await trialStack();
    untouched = await snapshot();
  });

  after(async function () {
    await stack[Symbol.asyncDispose]();
    const box = boxOf(labClone().root);
    await inBox(
      box,
      `pct destroy ${strangerVmid}; sed -i '/^dir: images$/,$d' /etc/pve/storage.cfg`,
    );
  });

  afterEach("nothing was made and nothing changed", async function () {
    assert.equal(await stack.resources(), 0);
    assert.equal(await snapshot(), untouched);
  });

  it("is what the refusals are about: without it the stack would be made", async function () {
    const { code, stdout, stderr } = await stack.run("preview");
    assert.equal(code, 0, stdout + stderr);
    assert.match(stdout + stderr, /\+ \d+ to create/);
  });

  it("refuses unknown keys and numbers out of range, all at once", async function () {
    refused(await stack.run("up", { lbMemory: "256", appNodeCount: "0" }), [
      /lbMemory: is no configuration key/,
      /appNodeCount: is out of range, got 0; allowed are 1 to 20$/,
    ]);
  });

  it("refuses what does not fit together, all at once", async function () {
    const changes = {
      lbPrivateAddress: "192.168.7.7",
      ...{ dbAddress: "10.10.10.11", vmidDb: "211" },
      ...{ appMemoryMiB: "2048", appDiskGiB: "40" },
    };
    refused(await stack.run("up", changes), [
      /lbPrivateAddress: is outside its subnet, got 192\.168\.7\.7; allowed is a host of 10\.10\.10\.0\/24$/,
      /address 10\.10\.10\.11: is given to app1 and db; each needs its own$/,
      /vmid 211: is given to app1 and db; each needs its own$/,
      /memory: 5 CTs and the node's 896 MiB exceed the budget, got \d+ MiB; allowed are 4096 MiB/,
      /disk: 5 CTs, .* exceed the budget, got \d+ GiB; allowed are 64 GiB/,
    ]);
  });

  it("refuses a taken vmid, a missing template and a storage that holds no CT disks", async function () {
    const changes = {
      vmidLb: String(strangerVmid),
      template: "local:vztmpl/debian-12-none.tar.zst",
      storage: "images",
    };
    refused(await stack.run("up", changes), [
      /vmid 290: wanted for lb, but taken by a guest that is not this lab's, got lxc\/290 "stranger"/,
      /template: is missing on node pve1, got "local:vztmpl\/debian-12-none\.tar\.zst"; there are: local:/,
      /storage: "images" cannot hold CT disks, got the content types "iso" without "rootdir"; /,
    ]);
  });

  it("refuses a node that does not exist", async function () {
    refused(await stack.run("up", { proxmoxNode: "pve9" }), [
      /proxmoxNode: no such node, got "pve9"; the nodes of this Proxmox are: pve1$/,
    ]);
  });

  it("refuses a wrong token, and does not print it", async function () {
    const { tokenId } = await pveInfo();
    const secret = "01234567-89ab-cdef-0123-456789abcdef";
    const result = await stack.run("up", {}, { PROXMOX_VE_API_TOKEN: `${tokenId}=${secret}` });
    refused(result, [
      /proxmoxApiToken: is not accepted by https:.*, got token "\S+" \(401 .*\); set/,
    ]);
    assert.ok(!(result.stdout + result.stderr).includes(secret));
  });

  it("refuses to go on when Proxmox cannot be reached", async function () {
    refused(await stack.run("up", { proxmoxEndpoint: "https://127.0.0.1:1/" }), [
      /proxmoxEndpoint: https:\/\/127\.0\.0\.1:1\/ cannot be reached, got connection refused; check/,
    ]);
  });

  it("refuses a change of a lab that runs, and leaves it running", async function () {
    const set = (...words: string[]) => labClone().ok(["pulumi", "--", "config", ...words]);
    await set("set", "dbAddress", "10.10.10.10");
    try {
      refused(await labClone().run(["up", "--yes"]), [
        /address 10\.10\.10\.10: is given to lb and db; each needs its own$/,
      ]);
    } finally {
      await set("rm", "dbAddress");
    }
    await labClone().ok(["verify"]);
  });
});
