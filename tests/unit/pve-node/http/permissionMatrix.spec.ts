import assert from "node:assert/strict";
import { DEPLOYER_PRIVILEGES, NODE_PRIVILEGES } from "../../../../lib/stack/privileges";
import { parseCtConfig } from "../../../../pve-node/codec/ctConfig";
import type { Route } from "../../../../pve-node/contract";
import { fakeCts } from "../../../support/fakeCts";
import { RequestMaker } from "../../../support/pveFuzz";
import { seededRandom } from "../../../support/random";
import { rootHeaders, testNode, type TestNode } from "../../../support/pveNode";

type Headers = Record<string, string>;
const form = { "content-type": "application/x-www-form-urlencoded" };
const named = ({ method, path }: Route) => `${method} ${path}`;
const writes = ({ method }: Route) => method !== "GET";
/** Another node, or a path that is none, is said before anything else. */
const elsewhere = (said: string) => /hostname lookup|' not implemented$/.test(said);
/** Whoever is logged in may log in again, as anybody whose password they know. */
const openToAll = ["POST /access/ticket"];

describe("every route by every kind of user", () => {
  let node: TestNode;
  let users: Record<"none" | "auditor" | "deployer" | "owner" | "root", Headers>;

  before(async () => {
    const cts = fakeCts();
    node = await testNode({ backend: cts, guests: undefined, reload: ["true"] });
    const ct = "memory: 64\nunprivileged: 1\nrootfs: local:101/vm-101-disk-0.raw,size=1G\n";
    for (const vmid of [101, 102]) cts.cts.set(vmid, parseCtConfig(ct));
    await node.access.change(({ roles }) => {
      roles.set("Deployer", new Set(DEPLOYER_PRIVILEGES));
      roles.set("Node", new Set(NODE_PRIVILEGES));
    });
    const root = await rootHeaders(node);
    users = {
      none: await node.grant("none", "/pool/nowhere", "NoAccess"),
      auditor: await node.grant("auditor", "/", "PVEAuditor"),
      deployer: await node.grant("deployer", "/", "Deployer"),
      owner: await node.grant("owner", "/vms/101", "PVEVMAdmin"),
      root,
    };
  });
  after(() => node[Symbol.asyncDispose]());

  /** Answers of a route to some requests that its parameters allow. */
  async function answers(route: Route, who: Headers, tries: number): Promise<[number, string][]> {
    const maker = new RequestMaker(seededRandom(7));
    const seen: [number, string][] = [];
    for (let n = 0; n < tries; n++) {
      const { method, path, form: body } = maker.request(route);
      const answer = await node.app.inject(method, path, { ...who, ...form }, body);
      seen.push([answer.status, `${named(route)}: ${path} ${body}: ${answer.reason}`]);
    }
    return seen;
  }

  it("is refused without a login, unless it is the login itself", async () => {
    for (const route of node.routes.filter(({ permission }) => permission !== "world"))
      for (const [status, said] of await answers(route, {}, 1)) assert.equal(status, 401, said);
  });

  it("is refused to who lacks the privileges that it names", async () => {
    for (const route of node.routes.filter(({ permission }) => typeof permission === "object"))
      for (const [status, said] of await answers(route, users.none, 2)) {
        if (elsewhere(said)) continue;
        assert.equal(status, 403, said);
      }
  });

  it("changes nothing for who has no rights or may only look", async function () {
    this.timeout(300_000);
    const changing = node.routes.filter(
      (route) => writes(route) && !openToAll.includes(named(route)),
    );
    for (const who of [users.none, users.auditor])
      for (const route of changing)
        for (const [status, said] of await answers(route, who, 4)) {
          // A backup is refused in its task, as on a real node: each guest has an owner of its own.
          if (status === 200 && named(route) === "POST /nodes/{node}/vzdump") continue;
          assert.notEqual(status, 200, said);
        }
  });

  it("keeps users, roles, access rights, storages and firewalls of all from the deployer", async () => {
    const closed = /^\/(?:access\/(?:users|groups|roles|acl|domains|password)|storage|cluster)/;
    for (const route of node.routes.filter((one) => writes(one) && closed.test(one.path)))
      for (const [status, said] of await answers(route, users.deployer, 4))
        assert.notEqual(status, 200, said);
  });

  it("keeps other CTs from the owner of one", async () => {
    const ofCts = node.routes.filter((one) => writes(one) && one.path.includes("{vmid}"));
    for (const route of ofCts) {
      const other = { ...route, path: route.path.replace("{vmid}", "102") };
      for (const [status, said] of await answers(other, users.owner, 2))
        if (!elsewhere(said)) assert.equal(status, 403, said);
    }
  });
});
