import assert from "node:assert/strict";
import { firewallOf } from "../../lib/security/ctFirewall";
import { installCtFirewall } from "../../lib/security/installFirewall";
import type { IngressRule, SecurityGroup } from "../../lib/security/securityGroup";
import { guestFirewalls, groupNamed, labGroups } from "../../lib/stack/labGroups";
import { DOCKER_UNIT } from "../../lib/stack/units";
import { inside } from "../support/connect";
import { labClone } from "../support/labClone";
import { labSettings } from "../support/labSettings";

const UPDATES = 20;
const EVERY_SECONDS = 0.05;
const TARGET = "10.10.10.12/3000";

/** Tries new connections to app2's service until a file is there, and says how many came about. */
async function connections(from: string): Promise<{ open: number; closed: number }> {
  const one = `if timeout 1 bash -c '</dev/tcp/${TARGET}' 2>/dev/null; then echo open; else echo closed; fi`;
  const loop =
    `end=$((SECONDS + 280)); while [ ! -e /tmp/no-more ] && [ $SECONDS -lt $end ]; do ` +
    `{ ${one}; } & sleep ${EVERY_SECONDS}; done; wait; rm -f /tmp/no-more`;
  const words = ["exec", from, "--", "bash", "-c", loop];
  const { stdout } = await labClone().ok(words, { timeoutSeconds: 290 });
  const count = (word: string) => stdout.split("\n").filter((line) => line === word).length;
  return { open: count("open"), closed: count("closed") };
}

describe("a CT's firewall while it is updated", function () {
  this.timeout("5m");

  it("has no open and no closed moment", async () => {
    // As app2 is in the lab, and with one more way in.
    const settings = labSettings();
    const rules = guestFirewalls(settings).get("app2")!;
    const group = groupNamed(labGroups(settings), "app");
    const more: IngressRule = {
      ...{ from: { cidr: "10.10.10.1/32" }, port: 9999, protocol: "tcp", on: "private" },
      ...{ behind: "host", description: "a further way in" },
    };
    const wider: SecurityGroup = { ...group, ingress: [...group.ingress, more] };
    const scripts = [
      installCtFirewall(firewallOf(wider, "app2", DOCKER_UNIT)),
      installCtFirewall(rules),
    ];
    const allowed = connections("lb");
    const forbidden = connections("db");
    try {
      for (let update = 0; update < UPDATES; update++) {
        const script = scripts[update % 2]!;
        await labClone().ok(["exec", "app2", "--", "bash", "-s"], { stdin: script });
      }
    } finally {
      await Promise.all(["lb", "db"].map((name) => inside(name, "touch /tmp/no-more")));
    }
    const [lb, db] = await Promise.all([allowed, forbidden]);
    assert.ok(lb.open > 50 && db.closed > 50, JSON.stringify({ lb, db }));
    assert.deepEqual(
      [lb.closed, db.open],
      [0, 0],
      "refused to the load balancer, open to the database",
    );
    assert.match(await inside("app2", "iptables -S INPUT"), /-P INPUT DROP/);
    assert.doesNotMatch(await inside("app2", "iptables -S INPUT"), /9999/);
  });
});
