import assert from "node:assert/strict";
import { parseCtConfig } from "../../../../pve-node/codec/ctConfig";
import { fakeCts, type FakeCts } from "../../../support/fakeCts";
import { rootHeaders, testNode, type TestNode } from "../../../support/pveNode";

const volid = "local:backup/vzdump-lxc-7010-2026_01_02-03_04_05.tar.zst";
const config =
  "hostname: web\nmemory: 64\nostype: debian\nnet0: name=eth0,bridge=vmbr0,hwaddr=BC:24:11:00:00:01,type=veth\n" +
  "rootfs: local:7010/vm-7010-disk-0.raw,size=3G\nmp0: /etc,mp=/etc2\nmp1: local:7010/vm-7010-disk-1.raw,mp=/d,size=1G\n" +
  "lxc.hook.pre-start: /bin/true\n";

describe("backups over the API", () => {
  let node: TestNode;
  let cts: FakeCts;
  let root: Record<string, string>;
  beforeEach(async () => {
    cts = fakeCts();
    node = await testNode({ backend: cts, guests: undefined });
    root = { ...(await rootHeaders(node)), "content-type": "application/x-www-form-urlencoded" };
    cts.cts.set(7010, parseCtConfig(config));
  });
  afterEach(() => node[Symbol.asyncDispose]());

  const post = async (path: string, values: Record<string, string | number>, who = root) => {
    const form = Object.entries(values).map(([key, value]): [string, string] => [key, `${value}`]);
    const answer = await node.app.inject("POST", path, who, new URLSearchParams(form).toString());
    const upid = answer.json.data;
    const end = typeof upid === "string" ? await node.tasks.wait(upid) : undefined;
    const log = typeof upid === "string" ? await node.tasks.store.log(upid) : undefined;
    return { ...answer, end, log };
  };

  it("are written with notes and protection, one guest after the other", async () => {
    const options = {
      compress: "zstd",
      "notes-template": "{{guestname}} on {{node}}",
      protected: 1,
    };
    const done = await post("/nodes/pve1/vzdump", { vmid: 7010, storage: "local", ...options });
    assert.equal(done.end, "OK", done.log);
    const listed = await node.app.inject(
      "GET",
      "/nodes/pve1/storage/local/content?content=backup",
      root,
    );
    const [backup] = listed.json.data as Record<string, unknown>[];
    const { notes, protected: kept, vmid, format, subtype } = backup!;
    assert.deepEqual(
      { notes, kept, vmid, format, subtype },
      { notes: "web on pve1", kept: 1, vmid: 7010, format: "tar.zst", subtype: "lxc" },
    );
    const missing = await post("/nodes/pve1/vzdump", { vmid: "7099,7010", storage: "local" });
    assert.equal(missing.end, "job errors");
    assert.match(missing.log ?? "", /Backup of VM 7099 failed - unable to find VM '7099'/);
    assert.match(missing.log ?? "", /Finished Backup of VM 7010/);
  });

  it("need VM.Backup on each guest", async () => {
    const auditor = await node.grant("auditor", "/", "PVEAuditor");
    const refused = await post("/nodes/pve1/vzdump", { vmid: 7010 }, auditor);
    assert.equal(refused.end, "403 Permission check failed (/vms/7010, VM.Backup)");
  });

  it("come back with what they hold, on new disks, and with what the call says instead", async () => {
    const values = { vmid: 7022, ostemplate: volid, restore: 1, storage: "local", memory: 128 };
    const done = await post("/nodes/pve1/lxc", values);
    assert.equal(done.end, "OK", done.log);
    const [request] = cts.created;
    assert.deepEqual([request?.purpose, request?.template], ["restore", volid]);
    assert.deepEqual(
      request?.disks.map(({ key, bytes }) => [key, bytes]),
      [["rootfs", 3 * 1024 ** 3]],
    );
    const { options, raw } = request.config;
    assert.deepEqual([options.hostname, options.memory, options.mp0], ["web", "128", undefined]);
    assert.match(options.net0!, /BC:24:11:00:00:01/);
    assert.deepEqual(raw, [["lxc.hook.pre-start", "/bin/true"]]);
  });

  it("bring raw LXC lines back for root alone", async () => {
    const admin = await node.grant("admin", "/", "Administrator");
    const values = { vmid: 7022, ostemplate: volid, restore: 1, storage: "local", unique: 1 };
    const done = await post("/nodes/pve1/lxc", values, admin);
    assert.equal(done.end, "OK", done.log ?? JSON.stringify(done.json));
    assert.deepEqual(cts.created[0]?.config.raw, []);
    assert.ok(!cts.created[0]?.config.options.net0?.includes("BC:24:11:00:00:01"));
  });

  it("hold values that are checked like those of a call", async () => {
    cts.cts.set(7010, parseCtConfig(config.replace("memory: 64", "memory: lots\nfoo: bar")));
    const done = await post("/nodes/pve1/lxc", { vmid: 7022, ostemplate: volid, restore: 1 });
    const memory = "type check ('integer') failed - got 'lots'";
    assert.deepEqual([done.status, done.json.errors], [400, { memory }]);
    assert.equal(cts.created.length, 0);
  });

  it("are no templates", async () => {
    const ostemplate = "local:vztmpl/debian.tar.zst";
    const refused = await post("/nodes/pve1/lxc", { vmid: 7022, ostemplate, restore: 1 });
    assert.equal(
      refused.reason,
      `unable to use volume ${ostemplate} - content type needs to be 'backup'`,
    );
  });
});
