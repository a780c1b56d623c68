import assert from "node:assert/strict";
import { privilegedContainers } from "../../../policy/policies/privilegedContainers";
import { policyResource, resourceViolations } from "../../support/policyArgs";
import { app, db, lb } from "../stack";

const UNKNOWN_BOOLEAN = "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7";
const check = (resources: Parameters<typeof resourceViolations>[1], config?: object) =>
  resourceViolations(privilegedContainers, resources, config);

describe("ct-privileged-app-only", () => {
  it("accepts privileged app nodes beside an unprivileged load balancer and database", async () => {
    assert.deepEqual(await check([lb(), app(1), db()]), []);
  });

  it("refuses a privileged database, naming CT, tags and remedy", async () => {
    assert.deepEqual(await check([db({ unprivileged: false })]), [
      {
        message:
          'CT 150 "db": is privileged, got tags homelab, db; only CTs tagged app may be, ' +
          "set unprivileged: true",
        urn: undefined,
      },
    ]);
  });

  it("refuses a CT that says nothing, which the provider makes privileged", async () => {
    const props = { vmId: 120, initialization: { hostname: "x" } };
    const type = "proxmoxve:index/containerLegacy:ContainerLegacy";
    const [violation] = await check([policyResource({ type, name: "x", props })]);
    assert.match(violation?.message ?? "", /^CT 120 "x": is privileged, got tags none/);
  });

  it("concludes nothing from what is not known yet", async () => {
    assert.deepEqual(await check([db({ unprivileged: UNKNOWN_BOOLEAN })]), []);
  });

  it("allows other tags where configured", async () => {
    const config = { privilegedTags: ["db"] };
    assert.deepEqual(await check([db({ unprivileged: false })], config), []);
    assert.equal((await check([app(1)], config)).length, 1);
  });
});
