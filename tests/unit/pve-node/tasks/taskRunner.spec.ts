import assert from "node:assert/strict";
import { appendFileSync, rmSync, writeFileSync } from "node:fs";
import { formatUpid, parseUpid } from "../../../../pve-node/codec/upid";
import { INTERRUPTED } from "../../../../pve-node/tasks/taskRunner";
import { testNode, type TestNode } from "../../../support/pveNode";

const who = { authId: "root@pam", user: "root@pam" };
const get = async (node: TestNode, upid: string, what: string, headers = {}) =>
  (await node.app.inject("GET", `/nodes/pve1/tasks/${upid}/${what}`, headers)).json;

describe("tasks", () => {
  it("run to an exit status that the log's last line says", async () => {
    await using node = await testNode();
    const headers = await node.grant("admin", "/", "Administrator");
    const ok = await node.tasks.start("vzcreate", "100", who, async (log) => {
      log.line("one");
      await Promise.resolve();
    });
    const warned = await node.tasks.start("vzstart", "100", who, async (log) => {
      log.warn("odd");
      await Promise.resolve();
    });
    const failed = await node.tasks.start("vzstop", "100", who, () =>
      Promise.reject(new Error("no\nmore")),
    );
    const results = await Promise.all([ok, warned, failed].map((u) => node.tasks.wait(u)));
    assert.deepEqual(results, ["OK", "WARNINGS: 1", "no"]);
    const { data, total } = await get(node, ok, "log", headers);
    assert.deepEqual(data, [
      { n: 1, t: "one" },
      { n: 2, t: "TASK OK" },
    ]);
    assert.equal(total, 2);
    const status = (await get(node, failed, "status", headers)).data as Record<string, unknown>;
    assert.equal(status.status, "stopped");
    assert.equal(status.exitstatus, "no");
    assert.deepEqual(await node.tasks.store.active(), []);
    const ended = (await node.tasks.store.ended()).map((task) => task.status).sort();
    assert.deepEqual(ended, ["OK", "WARNINGS: 1", "no"]);
  });

  it("go on and end when their log cannot be written any more", async () => {
    await using node = await testNode();
    const { taskDir } = node.services.paths;
    let worked = false;
    const upid = await node.tasks.start("vzcreate", "100", who, async (log) => {
      rmSync(taskDir, { recursive: true });
      writeFileSync(taskDir, ""); // no folder, no log: as little use as a full disk
      log.line("one");
      worked = true;
      await Promise.resolve();
    });
    assert.equal(await node.tasks.wait(upid), "OK");
    assert.equal(worked, true);
    assert.equal(node.tasks.runningCount, 0);
    rmSync(taskDir);
    assert.deepEqual(await node.tasks.state(upid), { status: "stopped", exitstatus: "OK" });
    const failed = await node.tasks.start("vzstop", "100", who, () => {
      rmSync(taskDir, { recursive: true });
      writeFileSync(taskDir, "");
      return Promise.reject(new Error("no more"));
    });
    assert.equal(await node.tasks.wait(failed), "no more");
  });

  it("show as running until their worker ended, and can be stopped", async () => {
    await using node = await testNode();
    const headers = await node.grant("admin", "/", "Administrator");
    const upid = await node.tasks.start("download", "x", who, ({ signal }) => {
      return new Promise((_, reject) => {
        signal.addEventListener("abort", () => reject(signal.reason as Error));
      });
    });
    const before = (await get(node, upid, "status", headers)).data as Record<string, unknown>;
    assert.equal(before.status, "running");
    assert.equal(before.exitstatus, undefined);
    await node.app.inject("DELETE", `/nodes/pve1/tasks/${upid}`, headers);
    assert.equal(await node.tasks.wait(upid), "received interrupt");
  });

  it("get an end when their process died, even in the middle of a line", async () => {
    await using node = await testNode();
    const headers = await node.grant("admin", "/", "Administrator");
    const numbers = { pid: 0x7ffffff0, pstart: 1, starttime: 0x5f000000 };
    const upid = formatUpid({
      node: "pve1",
      ...numbers,
      type: "vzcreate",
      id: "100",
      authId: "root@pam",
    });
    await node.tasks.store.create(upid);
    appendFileSync(node.tasks.store.logFile(upid), "extracting arch");
    assert.deepEqual(await node.tasks.recover(), [upid]);
    const status = (await get(node, upid, "status", headers)).data as Record<string, unknown>;
    assert.deepEqual([status.status, status.exitstatus], ["stopped", INTERRUPTED]);
    assert.deepEqual(await node.tasks.store.active(), []);
    assert.deepEqual(await node.tasks.recover(), []);
  });

  it("are private to their user without Sys.Audit", async () => {
    await using node = await testNode();
    const other = await node.grant("other", "/vms", "PVEVMUser");
    const upid = await node.tasks.start("vzstart", "100", who, () => Promise.resolve());
    const { reason } = await node.app.inject("GET", `/nodes/pve1/tasks/${upid}/status`, other);
    assert.equal(reason, "Permission check failed (/nodes/pve1, Sys.Audit)");
    await node.tasks.wait(upid);
  });

  it("are refused with 400 when they are unknown or no UPID", async () => {
    await using node = await testNode();
    const headers = await node.grant("admin", "/", "Administrator");
    const upid = "UPID:pve1:00000001:00000001:5F000000:vzstart:100:root@pam:";
    assert.deepEqual((await get(node, upid, "status", headers)).errors, { upid: "no such task" });
    const { errors } = await get(node, "UPID:x", "status", headers);
    assert.deepEqual(errors, { upid: "unable to parse worker upid" });
  });
});

describe("UPID", () => {
  it("keeps a token's name and survives the way through text", () => {
    const task = {
      ...{ node: "pve1", pid: 1, pstart: 2, starttime: 0x65a00000, type: "vzcreate" },
      ...{ id: "100", authId: "homelab@pve!pulumi" },
    };
    const upid = formatUpid(task);
    assert.equal(upid, "UPID:pve1:00000001:00000002:65A00000:vzcreate:100:homelab@pve!pulumi:");
    assert.deepEqual(parseUpid(upid), task);
  });
});
