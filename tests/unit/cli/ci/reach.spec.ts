import assert from "node:assert/strict";
import { reachChange } from "../../../../cli/ci/reach";
import { readEvents } from "../../../../cli/ci/steps";
import type { CtFirewallRules } from "../../../../lib/security/ctFirewall";
import { guestFirewalls } from "../../../../lib/stack/labGroups";
import { labSettings } from "../../../support/labSettings";
import { eventLog, type ToldStep, TYPES } from "../../../support/previewEvents";

/** The firewalls of two stacks as the steps of a preview. */
function between(
  before: ReadonlyMap<string, CtFirewallRules>,
  after: ReadonlyMap<string, CtFirewallRules>,
) {
  const names = [...new Set([...before.keys(), ...after.keys()])];
  const steps = names.map((name): ToldStep => {
    const [old, now] = [before.get(name), after.get(name)];
    const op = old && now ? "update" : now ? "create" : "delete";
    const inputs = (rules?: CtFirewallRules) => rules && { rules };
    return {
      ...{ op, type: TYPES.firewall, name: `${name}-firewall-state` },
      ...{ old: inputs(old), new: inputs(now) },
    };
  });
  return reachChange(readEvents(eventLog(steps)).steps);
}

describe("who reaches whom", () => {
  const three = guestFirewalls(labSettings());

  it("gains and loses nothing where the groups stay", () => {
    assert.deepEqual(between(three, three), { gained: [], lost: [] });
  });

  it("gains every way that a new node brings", () => {
    const changes = { appNodeCount: "4", diskBudgetGiB: "80" };
    const { gained, lost } = between(three, guestFirewalls(labSettings(changes)));
    assert.deepEqual(
      gained,
      [
        "app4 to db: 5432/tcp on the private side",
        "lb to app4: 3000/tcp on the private side",
        "10.10.10.1 to app4: 22/tcp on the private side",
      ].sort(),
    );
    assert.deepEqual(lost, []);
  });

  it("loses what goes, and names a subnet as it is", () => {
    const db = three.get("db")!;
    const open = db.ingress.map((way) =>
      way.port === 5432 ? { ...way, sources: ["10.10.10.0/24"] } : way,
    );
    const { gained, lost } = between(three, new Map([...three, ["db", { ...db, ingress: open }]]));
    assert.deepEqual(gained, ["10.10.10.0/24 to db: 5432/tcp on the private side"]);
    assert.deepEqual(
      lost,
      ["app1", "app2", "app3"].map((name) => `${name} to db: 5432/tcp on the private side`),
    );
  });

  it("calls the whole world everybody", () => {
    const { gained } = between(new Map(), three);
    assert.ok(gained.includes("everybody to lb: 80/tcp on the lan side"), gained.join("\n"));
  });
});
