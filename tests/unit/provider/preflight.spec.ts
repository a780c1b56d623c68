import assert from "node:assert/strict";
import { CA_FILE_VARIABLE } from "../../../lib/stack/machineFiles";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import type { Needs } from "../../../lib/preflight/preflightRules";
import type { PreflightInputs, PreflightState } from "../../../provider/preflight.provider";
import { preflightProvider } from "../../../provider/preflight.provider";
import type { FakeProxmox } from "./fakeProxmox";
import { fakeProxmox, TOKEN } from "./fakeProxmox";

const TEMPLATE = "local:vztmpl/debian-12.tar.zst";
const needs: Needs = {
  nodeName: "pve1",
  storage: "local",
  template: TEMPLATE,
  lanBridge: "vmbr0",
  privateBridge: "vmbr1",
  hostMemoryMiB: 896,
  cts: [
    { vmid: 110, hostname: "lb", memoryMiB: 256, diskGiB: 4 },
    { vmid: 111, hostname: "app1", memoryMiB: 512, diskGiB: 8 },
  ],
};
const CONTENT = "/nodes/pve1/storage/local/content?content=vztmpl";

/** Answers of a node that lacks nothing and has nothing of ours yet. */
const good: FakeProxmox["answers"] = {
  "/version": { data: { version: "9.1.4" } },
  "/nodes": { data: [{ node: "pve1", status: "online", maxmem: 4 * 1024 ** 3 }] },
  "/nodes/pve1/storage": {
    data: [{ storage: "local", content: "rootdir,vztmpl", active: 1 }],
  },
  [CONTENT]: { data: [{ volid: TEMPLATE }] },
  "/nodes/pve1/network": { data: [{ iface: "vmbr0", type: "bridge" }] },
  "/cluster/resources?type=vm": { data: [] },
  "/cluster/nextid?vmid=110": { data: "110" },
  "/cluster/nextid?vmid=111": { data: "111" },
};

const guest = (changes: object = {}) => ({
  ...{ vmid: 111, type: "lxc", node: "pve1", name: "app1", tags: "app;homelab" },
  ...changes,
});

describe("preflight", function () {
  this.timeout(30_000);
  let proxmox: FakeProxmox;
  let provider: Required<typeof preflightProvider>;

  before(async () => {
    proxmox = await fakeProxmox();
    provider = preflightProvider as typeof provider;
  });
  after(() => proxmox.close());
  beforeEach(() => {
    for (const path of Object.keys(proxmox.answers)) delete proxmox.answers[path];
    Object.assign(proxmox.answers, good);
    proxmox.asked.length = 0;
    process.env[CA_FILE_VARIABLE] = proxmox.caFile;
  });
  afterEach(() => delete process.env[CA_FILE_VARIABLE]);

  const inputs = (changes: Partial<PreflightInputs> = {}): PreflightInputs => ({
    endpoint: proxmox.endpoint,
    needs,
    token: TOKEN,
    ...changes,
  });

  /** The checked inputs and the refusals. */
  async function check(changes: Partial<PreflightInputs> = {}, before?: Partial<Needs>) {
    const olds = before ? { needs: { ...needs, ...before } } : {};
    const result = await provider.check(olds as PreflightState, inputs(changes));
    return {
      inputs: result.inputs as PreflightState,
      problems: (result.failures ?? []).map((failure) => failure.reason),
    };
  }

  async function refuses(expected: RegExp, changes: Partial<PreflightInputs> = {}) {
    const { problems } = await check(changes);
    assert.equal(problems.length, 1, problems.join("\n"));
    assert.match(problems[0] ?? "", expected);
  }

  it("passes where everything is there, and changes nothing", async () => {
    const { problems, inputs: checked } = await check();
    assert.deepEqual(problems, []);
    assert.deepEqual(checked.warnings, []);
    assert.deepEqual(proxmox.asked.sort(), Object.keys(good).sort());
  });

  it("keeps the token out of the state", async () => {
    const { inputs: checked } = await check();
    const created = await provider.create(checked);
    assert.ok(!JSON.stringify([checked, created]).includes("11111111-2222"));
  });

  it("takes the token from the environment where none is given", async () => {
    const outer = process.env.PROXMOX_VE_API_TOKEN;
    process.env.PROXMOX_VE_API_TOKEN = TOKEN;
    try {
      assert.deepEqual((await check({ token: undefined })).problems, []);
    } finally {
      if (outer === undefined) delete process.env.PROXMOX_VE_API_TOKEN;
      else process.env.PROXMOX_VE_API_TOKEN = outer;
    }
  });

  it("refuses a Proxmox that does not listen", async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    await new Promise((resolve) => server.close(resolve));
    await refuses(
      /^proxmoxEndpoint: https:\/\/127\.0\.0\.1:\d+\/ cannot be reached, got connection refused; /,
      { endpoint: `https://127.0.0.1:${port}/` },
    );
  });

  it("refuses a server that does not speak TLS", async () => {
    const server = createServer((socket) =>
      socket
        .on("error", () => 0)
        .resume()
        .end("HTTP/1.1 400 no\r\n"),
    );
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    await refuses(/cannot be reached, got an answer that is not TLS; /, {
      endpoint: `https://127.0.0.1:${port}/`,
    });
    await new Promise((resolve) => server.close(resolve));
  });

  it("refuses a certificate of another CA", async () => {
    process.env[CA_FILE_VARIABLE] = proxmox.otherCaFile;
    await refuses(
      /^proxmoxEndpoint: \S+ has a certificate that is not signed by the CA in \S+other\.pem, got \w+; set proxmoxCaFile /,
      {},
    );
  });

  it("refuses a certificate for another name", async () => {
    const endpoint = proxmox.endpoint.replace("127.0.0.1", "localhost");
    await refuses(/certificate for another name, got ERR_TLS_CERT_ALTNAME_INVALID/, { endpoint });
  });

  it("refuses a wrong token by its id and never shows its secret", async () => {
    const token = "homelab@pve!old=99999999-secret";
    const { problems } = await check({ token });
    assert.equal(problems.length, 1);
    assert.match(
      problems[0] ?? "",
      /^proxmoxApiToken: is not accepted by \S+, got token "homelab@pve!old" \(401 /,
    );
    const shapeless = await check({ token: "99999999-secret" });
    assert.match(
      shapeless.problems[0] ?? "",
      /got a text that is not of the form user@realm!name=/,
    );
    assert.ok(!JSON.stringify([problems, shapeless]).includes("99999999"));
  });

  it("refuses a server that is no Proxmox", async () => {
    proxmox.answers["/version"] = { status: 404, reason: "Not Found" };
    await refuses(/^proxmoxEndpoint: \S+ is no Proxmox VE API, got 404 "Not Found"; /);
  });

  it("refuses a node that does not exist or is not online", async () => {
    await refuses(/^proxmoxNode: no such node, got "pve9"; the nodes of this Proxmox are: pve1$/, {
      needs: { ...needs, nodeName: "pve9" },
    });
    proxmox.answers["/nodes"] = { data: [{ node: "pve1", status: "offline" }] };
    await refuses(/^proxmoxNode: node "pve1" is not online, got "offline"; /);
  });

  it("refuses a storage that is missing or holds no CT disks", async () => {
    await refuses(/^storage: does not exist on node pve1, .*got "ssd"; storages that can: local$/, {
      needs: { ...needs, storage: "ssd" },
    });
    proxmox.answers["/nodes/pve1/storage"] = {
      data: [
        { storage: "local", content: "vztmpl,iso", active: 1 },
        { storage: "local-lvm", content: "images,rootdir", active: 1 },
      ],
    };
    await refuses(
      /^storage: "local" cannot hold CT disks, got the content types "vztmpl,iso" without "rootdir"; storages that can: local-lvm$/,
    );
  });

  it("refuses a template that is missing, and says how to bring it", async () => {
    proxmox.answers[CONTENT] = { data: [] };
    await refuses(
      /^template: is missing on node pve1, got "local:vztmpl\/debian-12\.tar\.zst"; there are: none; .*pveam download local debian-12\.tar\.zst$/,
    );
  });

  it("only warns of a missing template where every CT stands", async () => {
    proxmox.answers[CONTENT] = { data: [] };
    proxmox.answers["/cluster/resources?type=vm"] = {
      data: [guest(), guest({ vmid: 110, name: "lb" })],
    };
    const { problems, inputs: checked } = await check({}, {});
    assert.deepEqual(problems, []);
    assert.match(checked.warnings.join(), /^template: is missing/);
    const moved = await check({}, { template: "local:vztmpl/debian-11.tar.zst" });
    assert.match(moved.problems.join(), /^template: is missing/);
  });

  it("refuses the Proxmox firewall where the cluster's own is off, and asks only when it is wanted", async () => {
    const firewall = { needs: { ...needs, proxmoxFirewall: true } };
    for (const data of [{ enable: 0 }, { digest: "x" }]) {
      proxmox.answers["/cluster/firewall/options"] = { data };
      assert.match(
        (await check(firewall)).problems.join(),
        /^proxmoxFirewall: the firewall of the Proxmox cluster is off, got enable=0; switch it on/,
      );
    }
    proxmox.answers["/cluster/firewall/options"] = { data: { enable: 1 } };
    assert.deepEqual((await check(firewall)).problems, []);
    proxmox.asked.length = 0;
    assert.deepEqual((await check()).problems, []);
    assert.ok(!proxmox.asked.includes("/cluster/firewall/options"));
  });

  it("refuses a LAN bridge that does not exist", async () => {
    proxmox.answers["/nodes/pve1/network"] = {
      data: [
        { iface: "eno1", type: "eth" },
        { iface: "vmbr7", type: "OVSBridge" },
      ],
    };
    await refuses(
      /^lanBridge: is no bridge of node pve1, .*got "vmbr0"; bridges of the node: vmbr7$/,
    );
  });

  it("passes its own CTs and refuses others on a wanted vmid", async () => {
    const guests = (...data: object[]) =>
      (proxmox.answers["/cluster/resources?type=vm"] = { data });
    guests(guest(), guest({ vmid: 110, name: "lb", tags: "homelab;lb" }));
    assert.deepEqual((await check({}, {})).problems, []);
    guests(guest({ vmid: 110, name: "lb", tags: "homelab;lb" }));
    await refuses(/^vmid 110: .*, but this stack is new and CT 110 "lb" .* is of another one; /);
    guests(guest({ tags: undefined }));
    assert.deepEqual((await check({}, {})).problems, []);
    await refuses(/^vmid 111: wanted for app1, but taken by a guest that is not this lab's, /);
  });

  it("refuses to apply changes of somebody else to the node's network", async () => {
    const changes = "@@ -1 +1,2 @@\n iface eno1 inet manual\n+\tmtu 9000\n";
    const data = [{ iface: "vmbr0", type: "bridge" }];
    proxmox.answers["/nodes/pve1/network"] = { data, changes };
    await refuses(/^network of node pve1: changes wait to be applied, got eno1; /);
  });

  it("refuses a vmid of a guest that the token may not see", async () => {
    const reason = "Parameter verification failed.";
    proxmox.answers["/cluster/nextid?vmid=110"] = { status: 400, reason };
    await refuses(/^vmid 110: wanted for lb, but taken, got a guest that the token may not see; /);
  });

  it("says which question the token may not ask", async () => {
    proxmox.answers["/cluster/resources?type=vm"] = {
      status: 403,
      reason: "Permission check failed",
    };
    await refuses(/^proxmoxApiToken: may not ask for guests, got 403 "Permission check failed"; /);
  });

  it("tells every problem at once", async () => {
    proxmox.answers["/nodes/pve1/network"] = { data: [] };
    proxmox.answers[CONTENT] = { data: [] };
    const { problems } = await check();
    assert.deepEqual(problems.map((p) => p.split(":")[0]).sort(), ["lanBridge", "template"]);
  });

  it("only warns of little memory", async () => {
    proxmox.answers["/nodes"] = {
      data: [{ node: "pve1", status: "online", maxmem: 1024 ** 3 }],
    };
    const { problems, inputs: checked } = await check();
    assert.deepEqual(problems, []);
    assert.match(checked.warnings.join(), /^memory of node pve1: .* got 1024 of 1664 MiB; /);
  });

  it("changes when what it looked at or warns of does, and only then", async () => {
    const { inputs: checked } = await check();
    const { outs } = await provider.create(checked);
    const state = outs as PreflightState;
    const reordered = { warnings: [], needs: { ...needs }, endpoint: checked.endpoint };
    const news = reordered as PreflightInputs;
    assert.equal((await provider.diff("preflight", state, news)).changes, false);
    const other = { ...checked, needs: { ...needs, storage: "ssd" } } as PreflightInputs;
    assert.equal((await provider.diff("preflight", state, other)).changes, true);
  });
});
