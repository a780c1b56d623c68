import assert from "node:assert/strict";
import * as fs from "node:fs/promises";
import { join } from "node:path";
import { parseCtConfig } from "../../../pve-node/codec/ctConfig";
import { formatFirewall, parseFirewall } from "../../../pve-node/codec/firewall";
import { formatStorageConfig, parseStorageConfig } from "../../../pve-node/codec/storageConfig";
import { formatUserConfig, parseUserConfig } from "../../../pve-node/access/userConfig";
import type { Route } from "../../../pve-node/contract";
import { fakeCts, type FakeCts } from "../../support/fakeCts";
import { RequestMaker } from "../../support/pveFuzz";
import { rootHeaders, testNode, type TestNode } from "../../support/pveNode";
import { seededRandom } from "../../support/random";

/** Requests; a longer run is `HOMELAB_FUZZ=10000`. */
const count = Number(process.env.HOMELAB_FUZZ ?? 600);
const seed = Number(process.env.HOMELAB_FUZZ_SEED ?? 1);

describe("random requests that follow the routes' own parameters", () => {
  let node: TestNode;
  let cts: FakeCts;
  let root: Record<string, string>;

  before(async () => {
    cts = fakeCts();
    node = await testNode({ backend: cts, guests: undefined, reload: ["true"] });
    root = { ...(await rootHeaders(node)), "content-type": "application/x-www-form-urlencoded" };
    for (const vmid of [101, 102]) cts.cts.set(vmid, ct(vmid));
  });
  after(() => node[Symbol.asyncDispose]());

  const ct = (vmid: number) =>
    parseCtConfig(
      `memory: 64\nunprivileged: 1\nrootfs: local:${vmid}/vm-${vmid}-disk-0.raw,size=1G\n`,
    );

  it("get no unforeseen failure, and leave files that can be read", async function () {
    this.timeout(60_000 + count * 100);
    const maker = new RequestMaker(seededRandom(seed));
    const routes = node.routes.filter(harmless);
    const statuses = new Map<number, number>();
    for (let n = 0; n < count; n++) {
      const route = routes[n % routes.length]!;
      const { method, path, form } = maker.request(route);
      // Root may switch itself off: nothing would be tried after that.
      if (method === "PUT" && /^\/access\/users\/root/.test(path)) continue;
      const answer = await node.app.inject(method, path, root, form);
      const said = `${method} ${path} ${form.slice(0, 500)}`;
      assert.ok(answer.status !== 0 && answer.reason !== "", said);
      assert.deepEqual(node.errors.map(String), [], `${said}: seed ${seed}, request ${n}`);
      statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
      if (!cts.cts.has(101)) cts.cts.set(101, ct(101));
    }
    for (const upid of await node.tasks.store.active()) await node.tasks.wait(upid);
    assert.ok((statuses.get(200) ?? 0) > count / 10, "most requests are refused: nothing is tried");
    await readable(node);
    assert.deepEqual(await leftovers(node.root), []);
  });
});

/** Those that would reach out of the test's folder, or take the login away. */
function harmless({ method, path }: Route): boolean {
  if (path.endsWith("query-url-metadata") || path.endsWith("download-url")) return false;
  if (path === "/access/password") return false;
  return !(method === "POST" && path === "/access/ticket");
}

/** What is read and written again is the same. */
async function readable({ services, root }: TestNode): Promise<void> {
  const { paths } = services;
  const text = async (file: string) => fs.readFile(file, "utf8").catch(() => "");
  const users = await text(paths.userCfg);
  if (users !== "") assert.equal(formatUserConfig(parseUserConfig(users)), users);
  const storages = await text(paths.storageCfg);
  if (storages !== "")
    assert.equal(formatStorageConfig(parseStorageConfig(storages).values()), storages);
  const folder = join(root, "etc/pve/firewall");
  for (const name of await fs.readdir(folder).catch(() => [])) {
    const rules = await text(join(folder, name));
    assert.equal(formatFirewall(parseFirewall(rules)), rules, name);
  }
}

/** Drafts of files that were never put into place. */
async function leftovers(root: string): Promise<string[]> {
  const names = await fs.readdir(root, { recursive: true });
  return names.filter((name) => /\.tmp\.\d+/.test(name));
}
