import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { LOOKS_VARIABLE } from "../../../lib/stack/machineFiles";
import { ctFirewallStateProvider } from "../../../provider/ctFirewallState.provider";
import { openEgressProvider } from "../../../provider/openEgress.provider";
import { powerStateProvider } from "../../../provider/powerState.provider";
import { preflightProvider } from "../../../provider/preflight.provider";
import { fakeProxmox, type FakeProxmox } from "./fakeProxmox";
import { fakeNode } from "./fakeSsh";

describe("a preview that looks at nothing", () => {
  const endpoint = { host: "h", port: 22, user: "root", hostKey: "ssh-ed25519 A" };
  let proxmox: FakeProxmox;
  let node: ReturnType<typeof fakeNode>;
  let before: string[];

  beforeEach(async () => {
    proxmox = await fakeProxmox();
    node = fakeNode();
    before = readdirSync(node.folder);
    process.env[LOOKS_VARIABLE] = "none";
  });
  afterEach(async () => {
    delete process.env[LOOKS_VARIABLE];
    assert.deepEqual(proxmox.asked, [], "Proxmox was asked");
    assert.deepEqual(readdirSync(node.folder), before, "the node was asked");
    node[Symbol.dispose]();
    await proxmox.close();
  });

  it("has no preflight, and keeps its warnings", async () => {
    const needs = { nodeName: "pve1" };
    for (const warnings of [["little memory"], undefined]) {
      const olds = warnings && { needs, warnings };
      const checked = await preflightProvider.check?.(
        olds as never,
        { endpoint: proxmox.endpoint, needs } as never,
      );
      assert.deepEqual(checked?.failures, []);
      const inputs = checked?.inputs as unknown as { warnings: string[] };
      assert.deepEqual(inputs.warnings, warnings ?? []);
    }
  });

  it("counts no start and no open way out", async () => {
    const power = await powerStateProvider.check?.({ starts: { "111": 3 } } as never, {
      endpoint: proxmox.endpoint,
      nodeName: "pve1",
      node: endpoint,
      vmids: [111, 112],
    });
    const { starts } = power?.inputs as unknown as { starts: object };
    assert.deepEqual(starts, { "111": 3, "112": 0 });
    const egress = await openEgressProvider.check?.({ unfinished: 2 } as never, {
      node: endpoint,
      marker: node.folder,
    });
    assert.equal((egress?.inputs as unknown as { unfinished: number }).unfinished, 2);
  });

  it("takes a firewall for what was declared, and says what is declared differently", async () => {
    const news = { node: endpoint, vmid: 111, rules: {}, triggers: [], preview: true };
    const changes = async (olds: object) =>
      (await ctFirewallStateProvider.diff?.("id", olds as never, news as never))?.changes;
    const { warn } = console;
    const warned: unknown[] = [];
    console.warn = (text: unknown) => void warned.push(text);
    try {
      assert.equal(await changes({ ...news, problems: [] }), false);
    } finally {
      console.warn = warn;
    }
    assert.deepEqual(warned, [], "a look that fails is a warning");
    assert.equal(await changes({ ...news, vmid: 112, problems: [] }), true);
  });
});
