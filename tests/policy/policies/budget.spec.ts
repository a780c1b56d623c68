import assert from "node:assert/strict";
import { budget } from "../../../policy/policies/budget";
import { stackViolations } from "../../support/policyArgs";
import { app, db, lb } from "../stack";

const UNKNOWN_NUMBER = "3eeb2bf0-c639-47a8-9e75-3b44932eb421";
const check = (resources: Parameters<typeof stackViolations>[1], config?: object) =>
  stackViolations(budget, resources, config);

const stack = () => [lb(), app(1), app(2), app(3), db()];

describe("stack-within-budget", () => {
  it("accepts the default stack", async () => {
    assert.deepEqual(await check(stack()), []);
  });

  it("accepts one small guest more, for which there is headroom", async () => {
    assert.deepEqual(await check([...stack(), app(4, { memoryMiB: 768, diskGiB: 6 })]), []);
  });

  it("refuses memory over the budget, naming each CT's share", async () => {
    const violations = await check([...stack(), app(4, { memoryMiB: 769, diskGiB: 6 })]);
    assert.deepEqual(violations, [
      {
        message:
          'memory of all CTs: over the budget, got 3201 MiB (CT 110 "lb" 256, CT 111 "app1" 512, ' +
          'CT 112 "app2" 512, CT 113 "app3" 512, CT 150 "db" 640, CT 114 "app4" 769); at most ' +
          "3200 MiB are left for CTs, make some smaller or raise the budget in the policy's " +
          "configuration",
        urn: undefined,
      },
    ]);
  });

  it("refuses disks over the budget", async () => {
    const [violation, ...others] = await check([lb(), db({ diskGiB: 41 })]);
    assert.match(violation?.message ?? "", /^disk of all CTs: over the budget, got 45 GiB/);
    assert.deepEqual(others, []);
  });

  it("counts the provider's defaults where a program says nothing", async () => {
    const silent = app(1);
    const props = { memory: undefined, disk: undefined };
    const bare = { ...silent, props: { ...silent.props, ...props } };
    assert.deepEqual(await check([bare], { memoryMiB: 1408, diskGiB: 24 }), []);
    assert.equal((await check([bare], { memoryMiB: 1407, diskGiB: 23 })).length, 2);
  });

  it("counts mount points", async () => {
    const one = app(1);
    const mountPoints = [{ size: "40G" }, { volume: "/srv", path: "/srv" }];
    const bare = { ...one, props: { ...one.props, mountPoints } };
    assert.match((await check([bare]))[0]?.message ?? "", /got 48 GiB/);
  });

  it("judges what is known when one size is not", async () => {
    const unknown = db({ memoryMiB: UNKNOWN_NUMBER });
    assert.deepEqual(await check([unknown]), []);
    assert.equal((await check([unknown, app(1, { memoryMiB: 4096 })])).length, 1);
  });
});
