import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseCtConfig, printCtConfig } from "../../../../pve-node/codec/ctConfig";
import { digestOf } from "../../../../pve-node/os/files";
import { fakeCts, type FakeCts } from "../../../support/fakeCts";
import { rootHeaders, testNode, type TestNode } from "../../../support/pveNode";

const template = "local:vztmpl/debian-12-standard_12.12-1_amd64.tar.zst";
const form = (values: Record<string, string | number>) =>
  new URLSearchParams(
    Object.entries(values).map(([key, value]): [string, string] => [key, String(value)]),
  ).toString();
const asForm = { "content-type": "application/x-www-form-urlencoded" };

describe("containers over the API", () => {
  let node: TestNode;
  let cts: FakeCts;
  let root: Record<string, string>;
  beforeEach(async () => {
    cts = fakeCts();
    node = await testNode({ backend: cts });
    root = await rootHeaders(node);
  });
  afterEach(() => node[Symbol.asyncDispose]());

  const call = (
    method: string,
    path: string,
    values?: Record<string, string | number>,
    headers = root,
  ) =>
    method === "GET" || method === "DELETE"
      ? node.app.inject(method, `${path}${values ? `?${form(values)}` : ""}`, headers)
      : node.app.inject(method, path, { ...headers, ...asForm }, form(values ?? {}));
  const create = (values: Record<string, string | number>, headers = root) =>
    call(
      "POST",
      "/nodes/pve1/lxc",
      { vmid: 111, ostemplate: template, unprivileged: 1, ...values },
      headers,
    );
  const task = async (answer: { json: { data: unknown } }) =>
    node.tasks.wait(String(answer.json.data));
  const add = (vmid: number, text: string) => cts.cts.set(vmid, parseCtConfig(text));

  it("creates a CT in a task and starts it when asked to", async () => {
    const answer = await create({
      start: 1,
      net0: "name=eth0,bridge=vmbr1,host-managed=0,ip=10.10.10.11/24",
      cpulimit: 0,
      hostname: "app1",
    });
    assert.match(String(answer.json.data), /^UPID:pve1:.*:vzcreate:111:root@pam:$/);
    assert.equal(await task(answer), "OK");
    for (const upid of await node.tasks.store.active()) await node.tasks.wait(upid);
    assert.ok(cts.running.has(111));
    const { options } = cts.cts.get(111)!;
    assert.equal(options.cpulimit, "0");
    assert.match(
      options.net0!,
      /^name=eth0,bridge=vmbr1,host-managed=0,hwaddr=BC:24:11:.*,ip=10\.10\.10\.11\/24,type=veth$/,
    );
  });

  it("refuses what Proxmox refuses before the task", async () => {
    add(111, "memory: 512\n");
    const refused: [Record<string, string | number>, number, string][] = [
      [{}, 500, "CT 111 already exists on node 'pve1'"],
      [{ vmid: 112, "ssh-public-keys": "x" }, 500, "SSH public key validation error"],
      [{ vmid: 112, pool: "none" }, 403, "Permission check failed (pool 'none' does not exist)"],
      [{ vmid: 112, ostemplate: "x" }, 500, "unable to parse volume ID 'x'"],
      [
        { vmid: 112, ostemplate: "local:iso/x.iso" },
        500,
        "unable to use volume local:iso/x.iso - content type needs to be 'vztmpl'",
      ],
      [
        { vmid: 112, ostemplate: "local:vztmpl/../x.tar.gz" },
        500,
        "unable to parse directory volume name 'vztmpl/../x.tar.gz'",
      ],
      [{ vmid: 112, storage: "none" }, 500, "storage 'none' does not exist"],
      [
        { vmid: 112, mp0: "local:1,mp=/x" },
        500,
        "mount points configured, but 'rootfs' not set - aborting",
      ],
    ];
    for (const [values, status, reason] of refused) {
      const answer = await create(values);
      assert.deepEqual([answer.status, answer.reason], [status, reason]);
    }
  });

  it("refuses parameters with one text each", async () => {
    const answer = await create({
      memory: 15,
      net0: "bridge=x",
      hostname: "a_b",
      "lxc.cap.drop": "",
    });
    assert.equal(answer.status, 400);
    assert.deepEqual(answer.json.errors, {
      memory: "value must have a minimum value of 16",
      net0: "invalid format - format error\nnet0.name: property is missing and it is not optional\n",
      hostname: "invalid format - value does not look like a valid DNS name\n",
      "lxc.cap.drop":
        "property is not defined in schema and the schema does not allow additional properties",
    });
    const iso = await create({ storage: "iso" });
    assert.deepEqual(iso.json.errors, {
      storage: "storage 'iso' does not support container directories",
    });
    assert.equal(cts.cts.size, 0);
  });

  it("lets nobody but root@pam set features of a privileged CT", async () => {
    const admin = await node.grant("admin", "/", "Administrator");
    const answer = await create({ unprivileged: 0, features: "nesting=1" }, admin);
    assert.equal(
      answer.reason,
      "Permission check failed (changing feature flags for privileged container is only allowed for root@pam)",
    );
    assert.equal((await create({ unprivileged: 0 }, admin)).status, 200);
    const other = await create({ vmid: 112, features: "nesting=1,keyctl=1" }, admin);
    assert.equal(
      other.reason,
      "Permission check failed (changing feature flags (except nesting) is only allowed for root@pam)",
    );
    assert.equal((await create({ vmid: 112, features: "nesting=1" }, admin)).status, 200);
    const bind = await create({ vmid: 113, rootfs: "local:1", mp0: "/srv,mp=/srv" }, admin);
    assert.equal(
      bind.reason,
      "Permission check failed (mount point type bind is only allowed for root@pam)",
    );
  });

  it("asks for the privilege of each option", async () => {
    const none = await node.grant("none", "/", "PVEAuditor");
    assert.equal((await create({}, none)).reason, "Permission check failed");
    const vm = await node.grant("vm", "/vms", "PVEVMAdmin");
    assert.equal(
      (await create({ unprivileged: 0 }, vm)).reason,
      "Permission check failed (/, Sys.Modify)",
    );
    assert.equal(
      (await create({ net0: "name=eth0,bridge=vmbr1" }, vm)).reason,
      "Permission check failed (/sdn/zones/localnetwork/vmbr1, SDN.Use)",
    );
    add(111, "memory: 512\nunprivileged: 1\n");
    const put = await call("PUT", "/nodes/pve1/lxc/111/config", { memory: 600 }, none);
    assert.equal(put.status, 403);
  });

  it("answers configuration, pending changes and status", async () => {
    add(111, "memory: 512\nfeatures: nesting=1\nhostname: app1\nlxc.cap.drop:\n");
    cts.running.add(111);
    assert.equal(
      (await call("PUT", "/nodes/pve1/lxc/111/config", { features: "fuse=1" })).status,
      200,
    );
    const config = (await call("GET", "/nodes/pve1/lxc/111/config")).json.data;
    assert.deepEqual(config, {
      digest: digestOf(printCtConfig(cts.cts.get(111)!)),
      memory: 512,
      features: "fuse=1",
      hostname: "app1",
      lxc: [["lxc.cap.drop", ""]],
    });
    const current = await call("GET", "/nodes/pve1/lxc/111/config", { current: 1 });
    assert.equal((current.json.data as { features: string }).features, "nesting=1");
    const pending = (await call("GET", "/nodes/pve1/lxc/111/pending")).json.data;
    assert.ok((pending as { pending?: string }[]).some((entry) => entry.pending === "fuse=1"));
    const status = (await call("GET", "/nodes/pve1/lxc/111/status/current")).json.data;
    const { ha, vmid, name, maxmem } = status as Record<string, unknown>;
    assert.deepEqual(
      { ha, vmid, name, maxmem },
      { ha: { managed: 0 }, vmid: 111, name: "app1", maxmem: 512 * 2 ** 20 },
    );
  });

  it("takes an empty tags or description as their removal, and repeated delete as a list", async () => {
    add(111, "#text\nmemory: 512\nswap: 1\ncores: 1\ntags: a\n");
    const path = "/nodes/pve1/lxc/111/config";
    const body = "tags=&description=&delete=swap&delete=cores";
    const answer = await node.app.inject("PUT", path, { ...root, ...asForm }, body);
    assert.deepEqual([answer.status, answer.json.data], [200, null]);
    const { options, description } = cts.cts.get(111)!;
    assert.deepEqual([options, description], [{ memory: "512" }, undefined]);
    const hostname = await node.app.inject("PUT", path, { ...root, ...asForm }, "hostname=");
    assert.match(hostname.json.errors?.hostname ?? "", /^invalid format/);
    const unknown = await call("PUT", path, { delete: "nothing" });
    assert.deepEqual(unknown.json.errors, { delete: "unknown option 'nothing'" });
    assert.equal((await call("PUT", path)).reason, "no options specified");
  });

  it("answers what is missing in words that clients take for gone", async () => {
    const reason = "Configuration file 'nodes/pve1/lxc/999.conf' does not exist";
    for (const path of ["/config", "/status/current", "/pending"]) {
      const answer = await call("GET", `/nodes/pve1/lxc/999${path}`);
      assert.deepEqual([answer.status, answer.reason], [500, reason]);
    }
    assert.equal((await call("DELETE", "/nodes/pve1/lxc/999")).reason, reason);
  });

  it("changes power in tasks, and refuses what is so already", async () => {
    add(111, "memory: 512\n");
    const power = (verb: string, values = {}) =>
      call("POST", `/nodes/pve1/lxc/111/status/${verb}`, values);
    assert.equal((await power("stop")).reason, "CT 111 not running");
    assert.equal((await power("shutdown")).reason, "CT 111 not running");
    assert.equal((await power("reboot")).reason, "VM 111 not running");
    assert.equal((await call("GET", "/nodes/pve1/lxc/111/interfaces")).json.data, null);
    assert.equal(await task(await power("start")), "OK");
    assert.equal((await power("start")).reason, "CT 111 already running");
    assert.equal(await task(await power("reboot", { timeout: 300 })), "OK");
    assert.equal(await task(await power("shutdown", { forceStop: 1, timeout: 55 })), "OK");
    add(112, "lock: backup\nmemory: 512\n");
    const locked = await call("POST", "/nodes/pve1/lxc/112/status/start");
    assert.equal(await task(locked), "CT is locked (backup)");
    const missing = await call("POST", "/nodes/pve1/lxc/999/status/start");
    assert.equal(
      await task(missing),
      "Configuration file 'nodes/pve1/lxc/999.conf' does not exist",
    );
    const stopMissing = await call("POST", "/nodes/pve1/lxc/999/status/stop");
    assert.deepEqual([stopMissing.status, stopMissing.reason], [500, "CT 999 not running"]);
  });

  it("ends the creation before the start that it was asked for", async () => {
    let release = () => {};
    const held = new Promise<void>((resolve) => (release = resolve));
    cts.start = async (vmid) => {
      await held;
      cts.running.add(vmid);
    };
    assert.equal(await task(await create({ start: 1 })), "OK");
    assert.equal(cts.running.has(111), false);
    const active = await node.tasks.store.active();
    assert.match(active.join(), /:vzstart:111:/);
    release();
    assert.equal(await node.tasks.wait(active[0]!), "OK");
    assert.ok(cts.running.has(111));
  });

  it("gives the id back when the creation's task cannot begin", async () => {
    // A file where the folder of the logs should be, as little use as a full disk.
    mkdirSync(join(node.root, "var"), { recursive: true });
    writeFileSync(join(node.root, "var/log"), "");
    const answer = await create({});
    assert.equal(answer.status, 500);
    assert.equal(cts.cts.has(111), false);
  });

  it("lists only the CTs that one may see", async () => {
    add(111, "memory: 512\n");
    add(112, "memory: 512\n");
    const auditor = await node.grant("auditor", "/vms/112", "PVEAuditor");
    const answer = await call("GET", "/nodes/pve1/lxc", undefined, auditor);
    assert.deepEqual(
      (answer.json.data as { vmid: number }[]).map(({ vmid }) => vmid),
      [112],
    );
  });
});
