import assert from "node:assert/strict";
import { Site } from "../../../components";
import { budgetProblems, duplicateProblems } from "../../../lib/config/settingsRules";
import type { GuestKind } from "../../../lib/stack/guest";
import { GUEST_KINDS } from "../../../lib/stack/guestKinds";
import { guestNamed, guestsOf } from "../../../lib/stack/guests";
import { guestFirewalls } from "../../../lib/stack/labGroups";
import { places, planProbes } from "../../../observer/reach/plan";
import { CACHE } from "../../support/cacheKind";
import { CacheNode } from "../../support/cacheNode";
import { declare, Declared, siteArgs } from "../../support/declare";
import { labSettings } from "../../support/labSettings";
import { recordProgram } from "../../support/recordedProgram";

describe("a further kind of CT, by one entry and one component", function () {
  this.timeout("1m");
  let program: Declared;

  before(async () => {
    (GUEST_KINDS as GuestKind[]).push(CACHE);
    program = new Declared(await recordProgram());
  });
  after(() => {
    (GUEST_KINDS as GuestKind[]).pop();
  });

  it("is asked for in the preflight, and kept started in its order", () => {
    const { cts } = program.inputs("site-preflight").needs as { cts: { vmid: number }[] };
    assert.ok(cts.some(({ vmid }) => vmid === 160));
    assert.deepEqual(program.inputs("site-power").vmids, [150, 111, 112, 113, 160, 110]);
  });

  it("may speak on the node's bridge, with its own MAC and address", () => {
    const filters = String(program.inputs("site-network-filters").create);
    assert.match(filters, /"veth160i0" \. 02:48:0a:0a:0a:3c \. 10\.10\.10\.60/);
  });

  it("counts in the budget, and collides with others", () => {
    const tight = labSettings();
    const budget = { ...tight.budget, memoryMiB: 3400 };
    assert.match(
      budgetProblems({ ...tight, budget }).join(),
      /6 CTs and the node's 896 MiB exceed/,
    );
    const taken = { ...tight, database: { ...tight.database, vmid: 160 } };
    assert.match(duplicateProblems(taken).join(), /vmid 160: is given to db and cache1/);
  });

  it("is probed from everywhere on its own port, and only app nodes are admitted", () => {
    const settings = labSettings();
    const probes = planProbes(settings, places(settings, "172.20.0.2")).filter(
      ({ to, port, protocol, control }) =>
        to === "cache1" && port === 6379 && protocol === "tcp" && !control,
    );
    const admitted = probes.filter((probe) => probe.admitted).map(({ from }) => from);
    assert.deepEqual([...new Set(admitted)].sort(), ["app1", "app2", "app3"]);
    assert.ok(probes.some(({ from }) => from === "lb"));
  });

  it("is a CT with its firewall, made of its guest by its own component", async () => {
    const settings = labSettings();
    const guests = guestsOf(settings);
    const { ingress } = guestFirewalls(settings).get("cache1")!;
    const made = await declare(() => {
      const { lan, privateNetwork } = settings;
      const site = new Site(
        "site",
        siteArgs(guests, { lan, privateNetwork, proxmoxFirewall: true }),
      );
      new CacheNode("cache1", { site, guest: guestNamed(guests, "cache1"), ingress });
    });
    const ct = made.inputs("cache1-ct");
    assert.deepEqual(ct.tags, ["cache", "homelab"]);
    assert.equal(ct.networkInterfaces[0].macAddress, "02:48:0A:0A:0A:3C");
    const { rules } = made.inputs("cache1-firewall-rules") as {
      rules: { dport: string; source: string }[];
    };
    assert.deepEqual(
      rules.map(({ dport, source }) => [dport, source]),
      [
        ["6379", "10.10.10.11"],
        ["6379", "10.10.10.12"],
        ["6379", "10.10.10.13"],
        ["22", "10.10.10.1"],
      ],
    );
    assert.ok(made.dependsOn("cache1-install", "cache1-firewall"));
    assert.equal(made.inputs("cache1-firewall-state").vmid, 160);
  });
});
