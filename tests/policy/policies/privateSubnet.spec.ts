import assert from "node:assert/strict";
import { privateSubnet } from "../../../policy/policies/privateSubnet";
import { stackViolations, UNKNOWN_STRING } from "../../support/policyArgs";
import { app, db, lb, privateBridge } from "../stack";

const check = (resources: Parameters<typeof stackViolations>[1], config?: object) =>
  stackViolations(privateSubnet, resources, config);

const LAN = [["vmbr0", "192.168.1.11/24"]] as [string, string][];

describe("ct-private-subnet-only", () => {
  it("accepts a stack where only the load balancer is on the LAN", async () => {
    assert.deepEqual(await check([privateBridge(), lb(), app(1), app(2), db()]), []);
  });

  it("refuses an app node on the LAN, naming CT, interface, bridge and remedy", async () => {
    const bad = app(2, { interfaces: LAN });
    assert.deepEqual(await check([privateBridge(), lb(), app(1), bad, db()]), [
      {
        message:
          'CT 112 "app2": interface eth0 is outside the private subnet, got bridge "vmbr0"; ' +
          'only CTs tagged lb may be, put it on "vmbr1"',
        urn: bad.urn,
      },
    ]);
  });

  it("refuses a second interface of the database on the LAN", async () => {
    const bad = db({ interfaces: [["vmbr1", "10.10.10.50/24"], ...LAN] });
    const [violation, ...others] = await check([privateBridge(), lb(), bad]);
    assert.match(violation?.message ?? "", /^CT 150 "db": interface eth1 is outside/);
    assert.deepEqual(others, []);
  });

  it("refuses an interface without a bridge, which the provider puts on vmbr0", async () => {
    const [violation] = await check([app(1, { interfaces: [[undefined, "10.10.10.11/24"]] })]);
    assert.match(violation?.message ?? "", /got bridge "vmbr0"/);
  });

  it("refuses a CT without a role", async () => {
    assert.equal((await check([app(1, { tag: "other", interfaces: LAN })])).length, 1);
  });

  it("takes the bridge that the stack makes without a port as the private one", async () => {
    const own = app(1, { interfaces: [["vmbr7", "10.0.0.2/24"]] });
    assert.deepEqual(await check([privateBridge("vmbr7"), own]), []);
    assert.equal((await check([privateBridge("vmbr8"), own])).length, 1);
  });

  it("takes configured bridges and tags before anything else", async () => {
    const config = { privateBridges: ["lan0"], publicTags: ["edge"] };
    const inside = app(1, { interfaces: [["lan0", "10.0.0.2/24"]] });
    const edge = lb({ tag: "edge" });
    assert.deepEqual(await check([privateBridge(), inside, edge], config), []);
    assert.equal((await check([lb()], config)).length, 2);
  });

  it("concludes nothing from a bridge that is not known yet, but still from the others", async () => {
    const unknown = app(1, { interfaces: [[UNKNOWN_STRING, "10.10.10.11/24"], ...LAN] });
    const violations = await check([privateBridge(), unknown]);
    assert.deepEqual(
      violations.map((v) => /interface (\S+)/.exec(v.message)?.[1]),
      ["eth1"],
    );
  });
});
