import assert from "node:assert/strict";
import { boxOf } from "../support/box";
import { labClone } from "../support/labClone";
import {
  callNode,
  inBox,
  login,
  pveInfo,
  runLocal,
  tokenOf,
  type Credentials,
  type Ended,
  type PveInfo,
} from "../support/nodeApi";
import { waitUntil } from "../support/waitUntil";

/** A CT of its own, so that the lab's are left alone. */
const trial = 190;
const labCts = [110, 111, 112, 113, 150];

describe("the embedded node", function () {
  this.timeout("2m");
  let info: PveInfo;
  let box: string;
  let root: Credentials;

  before(async function () {
    info = await pveInfo();
    box = boxOf(labClone().root);
    root = await login(info);
    await inBox(box, `pct stop ${trial}; pct destroy ${trial}; true`);
  });

  const pct = (...words: string[]) => runLocal("docker", ["exec", "-i", box, "pct", ...words]);
  const createTrial = () =>
    callNode<string>(info, root, ["POST", `/nodes/${info.node}/lxc`], {
      ...{ vmid: String(trial), ostemplate: info.template, rootfs: "local:1" },
      ...{ hostname: "trial", memory: "128", swap: "0", unprivileged: "0", features: "nesting=1" },
    });
  const taskEnds = (upid: string, seconds: number) =>
    waitUntil(`end of ${upid}`, seconds, async () => {
      const path = `/nodes/${info.node}/tasks/${upid}/status`;
      const task = await callNode<{ status: string; exitstatus?: string }>(info, root, [
        "GET",
        path,
      ]).catch((error: Error) => ({ status: error.message, exitstatus: undefined }));
      return { value: task.exitstatus, seen: task.status };
    });
  const pids = () => inBox(box, `for i in ${labCts.join(" ")}; do lxc-info -n $i -p; done`);

  describe("for other tools", function () {
    it("answers password and token over verified TLS", async function () {
      for (const credentials of [root, tokenOf(info)]) {
        const { version } = await callNode<{ version: string }>(info, credentials, [
          "GET",
          "/version",
        ]);
        assert.match(version, /^\d+\.\d+/);
      }
      const unverified = await runLocal("curl", ["-sS", `${info.apiUrl}/api2/json/version`]);
      assert.equal(unverified.code, 60, "curl must not trust the certificate by itself");
    });

    it("lets SSH in with strict checking of its host key", async function () {
      const strict = ["StrictHostKeyChecking=yes", `UserKnownHostsFile=${info.knownHostsFile}`];
      const options = [...strict, "GlobalKnownHostsFile=/dev/null", "BatchMode=yes"];
      const { stdout, stderr } = await runLocal("ssh", [
        ...options.flatMap((option) => ["-o", option]),
        ...["-i", info.sshKeyFile, "-p", String(info.sshPort)],
        ...[`${info.sshUser}@${info.sshHost}`, "hostname"],
      ]);
      assert.equal(stdout.trim(), info.node, stderr);
    });
  });

  describe("when its API is killed in the middle of a create", function () {
    it("ends the task with an error and leaves nothing of the CT", async function () {
      const before = await pids();
      const upid = await createTrial();
      await waitUntil(
        "template being unpacked",
        20,
        async () => {
          const path = `/nodes/${info.node}/tasks/${upid}/log?limit=50`;
          const lines = await callNode<{ t: string }[]>(info, root, ["GET", path]);
          const seen = lines.map(({ t }) => t).join("\n");
          return { value: /extracting archive/.test(seen) || undefined, seen };
        },
        50,
      );
      assert.match(await inBox(box, `ls /etc/pve/lxc`), /^190\.conf$/m);
      const from = Date.now();
      await inBox(box, `kill -9 ${parseInt(upid.split(":")[2]!, 16)}`);
      assert.match(await taskEnds(upid, 30), /^interrupted/);
      console.log(`      the API was back after ${((Date.now() - from) / 1000).toFixed(1)} s`);
      assert.equal(await inBox(box, leftoversOf(trial)), "");
      assert.equal(await pids(), before, "CTs of the lab were restarted");
    });

    it("makes the same CT afterwards", async function () {
      assert.equal(await taskEnds(await createTrial(), 60), "OK");
    });
  });

  describe("pct", function () {
    const ok = async (...words: string[]) => {
      const { code, stdout, stderr } = await pct(...words);
      assert.equal(code, 0, `pct ${words.join(" ")}: ${stderr}`);
      return stdout;
    };
    const refused = ({ code, stderr }: Ended, text: RegExp) => {
      assert.match(stderr, text);
      assert.equal(code, 255);
    };

    it("lists, configures and starts", async function () {
      const [head, ...rows] = (await ok("list")).split("\n");
      assert.equal(head, "VMID       Status     Lock         Name                ");
      assert.ok(
        rows.includes("190        stopped                 trial               "),
        rows.join("\n"),
      );
      assert.equal(await ok("status", "190"), "status: stopped\n");
      assert.equal(await ok("set", "190", "--memory", "160", "--description", "on trial"), "");
      const config = await ok("config", "190");
      assert.match(config, /^memory: 160$/m);
      assert.match(config, /^description: on trial%0A$/m);
      assert.equal(await ok("start", "190"), "");
      assert.equal(await ok("status", "190"), "status: running\n");
    });

    it("passes commands, files and exit statuses", async function () {
      assert.equal(await ok("exec", "190", "--", "hostname"), "trial\n");
      assert.equal((await pct("exec", "190", "--", "sh", "-c", "exit 7")).code, 7);
      assert.equal((await pct("exec", "190", "--", "no-such-command")).code, 127);
      const shell = ["exec", "-i", box, "pct", "enter", "190"];
      const entered = await runLocal("docker", shell, "hostname; exit 3\n");
      assert.deepEqual([entered.code, entered.stdout], [3, "trial\n"]);
      await inBox(box, "head -c 300000 /dev/urandom > /tmp/pushed");
      await ok("push", "190", "/tmp/pushed", "/root/f", "--perms", "600", "--user", "daemon");
      assert.equal(await ok("exec", "190", "--", "stat", "-c", "%U %a", "/root/f"), "daemon 600\n");
      await ok("pull", "190", "/root/f", "/tmp/pulled");
      await inBox(box, "cmp /tmp/pushed /tmp/pulled && rm /tmp/pushed /tmp/pulled");
    });

    it("changes the memory cap at once, in the kernel and as the CT sees it", async function () {
      assert.deepEqual(await capOf(box), { limit: 160, free: 160 });
      await ok("set", "190", "--memory", "200");
      assert.deepEqual(await capOf(box), { limit: 200, free: 200 });
    });

    it("restarts and stops", async function () {
      const pid = () => inBox(box, "lxc-info -n 190 -p -H");
      const first = await pid();
      await ok("reboot", "190");
      assert.notEqual(await pid(), first);
      await ok("shutdown", "190");
      assert.equal(await ok("status", "190"), "status: stopped\n");
      await ok("start", "190");
      await ok("stop", "190");
      assert.equal(await inBox(box, leftoversOf(190, "mounted")), "");
    });

    it("says that a CT stopped right after its start, with LXC's log", async function () {
      const started = () =>
        callNode<string>(info, root, ["POST", `/nodes/${info.node}/lxc/190/status/start`]);
      const init =
        "mv /sbin/init /sbin/init.real; printf '#!/bin/sh\\nexit 3\\n' > /sbin/init; chmod 755 /sbin/init";
      assert.equal(await taskEnds(await started(), 30), "OK");
      await ok("exec", "190", "--", "sh", "-c", init);
      await ok("stop", "190");
      const upid = await started();
      const status = "CT 190: stopped right after its start; the end of LXC's log:";
      assert.equal(await taskEnds(upid, 30), status);
      const path = `/nodes/${info.node}/tasks/${upid}/log?limit=50`;
      const lines = await callNode<{ t: string }[]>(info, root, ["GET", path]);
      const log = lines.map(({ t }) => t).filter((line) => line.includes("190"));
      assert.ok(log.length >= 2, JSON.stringify(lines));
      assert.equal(await ok("status", "190"), "status: stopped\n");
      assert.equal(await inBox(box, leftoversOf(190, "mounted")), "");
    });

    it("refuses with Proxmox's words and exit status", async function () {
      refused(await pct("exec", "190", "--", "true"), /^container '190' not running!$/m);
      refused(await pct("enter", "190"), /^container '190' not running!$/m);
      refused(await pct("stop", "190"), /^CT 190 not running$/m);
      refused(
        await pct("push", "190", "/etc/hosts", "/x"),
        /^can only push files to a running CT$/m,
      );
      refused(await pct("pull", "190", "/x", "/tmp/x"), /^can only pull files from a running CT$/m);
      refused(await pct("start", "110"), /^CT 110 already running$/m);
      refused(
        await pct("status", "999"),
        /^Configuration file 'nodes\/pve1\/lxc\/999\.conf' does not exist$/m,
      );
      refused(
        await pct("set", "190", "--memory", "much"),
        /^400 Parameter verification failed\.\nmemory: type check \('integer'\) failed/m,
      );
    });

    it("removes what it made", async function () {
      await ok("destroy", "190");
      assert.equal(await inBox(box, leftoversOf(trial)), "");
    });
  });
});

/** A script that prints what the node holds of a CT: files, locks, loop devices, mounts, veths. */
function leftoversOf(vmid: number, what: "all" | "mounted" = "all"): string {
  const files = `ls -d /etc/pve/lxc/${vmid}.conf /var/lib/vz/images/${vmid} /var/lib/lxc/${vmid}`;
  return `{ ${what === "all" ? `${files};` : ""}
    losetup -l -n -O BACK-FILE | grep /vm-${vmid}-
    grep -h /lxc/${vmid}/ /proc/[0-9]*/mountinfo
    ls /sys/class/net | grep veth${vmid}i
  } 2> /dev/null; true`;
}

/** The trial CT's memory cap in MiB: the kernel's limit, and what `free` in the CT says. */
async function capOf(box: string): Promise<{ limit: number; free: number }> {
  const [v1, v2] = ["memory/lxc/190/memory.limit_in_bytes", "lxc/190/memory.max"];
  const limit = await inBox(box, `cd /sys/fs/cgroup; cat ${v1} 2> /dev/null || cat ${v2}`);
  const free = await inBox(box, "pct exec 190 -- free -m | awk '/^Mem:/ { print $2 }'");
  return { limit: Number(limit) / 1024 / 1024, free: Number(free) };
}
