import assert from "node:assert/strict";
import { nodeFiles } from "../../../../lib/net/nodeSetup";
import { nodeNetwork } from "../../../../lib/net/nodeNetwork";
import { proxmoxRules } from "../../../../lib/security/proxmoxFirewall";
import { GUEST_KINDS } from "../../../../lib/stack/guestKinds";
import { addressOf, guestNamed, guestsOf, inStartOrder } from "../../../../lib/stack/guests";
import { groupNamed, guestFirewalls, labGroups } from "../../../../lib/stack/labGroups";
import { CACHE } from "../../../support/cacheKind";
import { labSettings } from "../../../support/labSettings";

describe("the list of guests", () => {
  const settings = labSettings();

  it("has every CT once, with all that is known of it", () => {
    const guests = guestsOf(settings);
    assert.deepEqual(
      guests.map(({ name, role, vmid }) => [name, role, vmid]),
      [
        ["lb", "lb", 110],
        ["app1", "app", 111],
        ["app2", "app", 112],
        ["app3", "app", 113],
        ["db", "db", 150],
      ],
    );
    assert.deepEqual(guestNamed(guests, "lb").ports, [
      { on: "lan", address: "172.20.0.10" },
      { on: "private", address: "10.10.10.10" },
    ]);
    assert.throws(
      () => guestNamed(guests, "web"),
      /no CT "web"; its CTs are lb, app1, app2, app3, db/,
    );
    assert.throws(() => addressOf(guestNamed(guests, "db"), "lan"), /CT 150 "db" is not on lan/);
  });

  it("is started in its order: what others ask comes first", () => {
    const names = inStartOrder(guestsOf(settings)).map(({ name }) => name);
    assert.deepEqual(names, ["db", "app1", "app2", "app3", "lb"]);
  });
});

describe("a further kind of guest, added by one entry", () => {
  const settings = labSettings();
  const kinds = [...GUEST_KINDS, CACHE];
  const guests = guestsOf(settings, kinds);

  it("has its ports in the node's filters, by vmid, MAC and address", () => {
    const { rules } = nodeFiles(nodeNetwork(settings, guests));
    assert.match(rules, /"veth160i0" \. 02:48:0a:0a:0a:3c \. 10\.10\.10\.60/);
  });

  it("has a security group, in which it is a member, and which others may name", () => {
    const groups = labGroups(settings, kinds);
    const names = groupNamed(groups, "cache").members.map(({ name }) => name);
    assert.deepEqual(names, ["cache1"]);
  });

  it("has a firewall of its own: its rule, and SSH from the bastion", () => {
    const rules = guestFirewalls(settings, kinds).get("cache1")!;
    assert.equal(rules.service, "redis-server.service");
    assert.deepEqual(
      rules.ingress.map(({ port, sources }) => [port, sources.length]),
      [
        [6379, 3],
        [22, 1],
      ],
    );
    assert.deepEqual(new Set(proxmoxRules(rules).map(({ iface }) => iface)), new Set(["net0"]));
  });

  it("is started in its place", () => {
    const names = inStartOrder(guests).map(({ name }) => name);
    assert.deepEqual(names, ["db", "app1", "app2", "app3", "cache1", "lb"]);
  });
});
