import assert from "node:assert/strict";
import { groupNamed, labGroups } from "../../../../lib/stack/labGroups";
import type { Attempt, SecurityGroup } from "../../../../lib/security/securityGroup";
import {
  decide,
  describeDecision,
  sourcesOf,
  whoHas,
} from "../../../../lib/security/securityGroup";
import { labSettings } from "../../../support/labSettings";

const groups = labGroups(labSettings());

const HOSTS: Record<string, string> = {
  pve: "10.10.10.1",
  lb: "10.10.10.10",
  app1: "10.10.10.11",
  db: "10.10.10.50",
  user: "172.20.0.99",
  internet: "203.0.113.7",
};

/** `lb app1:3000` on the private side over TCP, unless said otherwise. */
function attempt(text: string, changes: Partial<Attempt> = {}): Attempt {
  const [from = "", to = "", port = ""] = text.split(/[ :]/);
  return {
    source: HOSTS[from] ?? from,
    to,
    on: "private",
    protocol: "tcp",
    port: Number(port),
    ...changes,
  };
}
const why = (text: string, changes?: Partial<Attempt>) =>
  describeDecision(decide(groups, attempt(text, changes)));
const CLOSED = "no rule: default drop";

describe("the lab's security groups", () => {
  it("let in what the lab is for, by rules that can be named", () => {
    assert.equal(
      why("lb app1:3000"),
      "rule of group app: 3000/tcp from group loadBalancer on the private side",
    );
    assert.equal(
      why("app1 db:5432"),
      "rule of group database: 5432/tcp from group app on the private side",
    );
    assert.equal(
      why("internet lb:80", { on: "lan" }),
      "rule of group loadBalancer: 80/tcp from 0.0.0.0/0 on the lan side",
    );
    assert.equal(
      why("user lb:8404", { on: "lan" }),
      "rule of group loadBalancer: 8404/tcp from 172.20.0.0/24 on the lan side",
    );
  });

  it("let the Proxmox node log in to every CT from inside, and nobody else", () => {
    for (const to of ["lb", "app1", "app2", "app3", "db"]) {
      assert.match(why(`pve ${to}:22`), /22\/tcp from group bastion on the private side$/);
      for (const from of ["lb", "app1", "db", "user"])
        assert.equal(why(`${from} ${to}:22`), CLOSED);
    }
    assert.equal(why("pve lb:22", { on: "lan" }), CLOSED);
  });

  const closed: [string, Partial<Attempt>?][] = [
    ["pve app1:3000"],
    ["app1 app2:3000"],
    ["db app2:3000"],
    ["lb app1:3001"],
    ["lb app1:3000", { protocol: "udp" }],
    ["lb db:5432"],
    ["pve db:5432"],
    ["app1 lb:80"],
    ["app1 lb:8404"],
    ["internet lb:8404", { on: "lan" }],
    ["lb pve:8006"],
    ["app1 pve:22"],
    ["lb nobody:80"],
    ["fe80::1 app1:3000"],
  ];
  for (const [text, changes = {}] of closed) {
    it(`refuse ${text} ${Object.values(changes).join(" ")}`, () => {
      assert.equal(why(text, changes), CLOSED);
    });
  }

  it("follow the configuration", () => {
    const changed = labGroups(labSettings({ appNodeCount: "2", dbAddress: "10.10.10.60" }));
    const [app, database] = ["app", "database"].map((name) => groupNamed(changed, name)) as [
      SecurityGroup,
      SecurityGroup,
    ];
    const ports = [{ on: "private", address: "10.10.10.60" }];
    assert.deepEqual(database.members, [{ name: "db", ports }]);
    assert.deepEqual(database.ingress.map(sourcesOf), [
      ["10.10.10.11/32", "10.10.10.12/32"],
      ["10.10.10.1/32"],
    ]);
    assert.equal(app.members.length, 2);
  });

  it("tell who has an address, and on which side", () => {
    const found = whoHas(groups, "172.20.0.10");
    assert.deepEqual(
      [found?.group.name, found?.member.name, found?.on],
      ["loadBalancer", "lb", "lan"],
    );
    assert.equal(whoHas(groups, "10.10.10.99"), undefined);
  });

  it("have the addresses of a side only as sources on that side", () => {
    const rule = { ...groupNamed(groups, "app").ingress[0]!, on: "lan" } as const;
    assert.deepEqual(sourcesOf(rule), ["172.20.0.10/32"]);
    assert.deepEqual(sourcesOf({ ...rule, from: groupNamed(groups, "database") }), []);
  });
});
