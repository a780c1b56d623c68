import assert from "node:assert/strict";
import { likelyCause, ruleProblems, wantedRules } from "../../../../lib/security/rulesInForce";
import { guestFirewalls } from "../../../../lib/stack/labGroups";
import { labSettings } from "../../../support/labSettings";
import { inForce } from "../../../support/rulesInForce";

const firewalls = guestFirewalls(labSettings());
const app = wantedRules(firewalls.get("app1")!);
const good = inForce(app);
/** The answer with one text in place of another, which must be in it. */
const edited = (from: string, to: string) => {
  assert.ok(good.includes(from), from);
  return good.replace(from, to);
};
const problems = (answer: string) => ruleProblems(app, answer);

const JUMP = "-A FORWARD -j DOCKER-USER\n";
const FIRST =
  "-A DOCKER-USER -s 10.10.10.10/32 -p tcp -m conntrack --ctstate NEW --ctorigdstport 3000 -j ACCEPT\n";

describe("rules in force", () => {
  it("are in order as iptables prints them, on every CT", () => {
    for (const rules of firewalls.values()) {
      const wanted = wantedRules(rules);
      assert.deepEqual(ruleProblems(wanted, inForce(wanted)), []);
    }
  });

  it("are in order behind a rule that only closes more, as a fault sets it", () => {
    const reject = "-A FORWARD -s 10.10.10.10/32 -p tcp --dport 3000 -j REJECT\n";
    assert.deepEqual(problems(edited(JUMP, reject + JUMP)), []);
  });

  const broken: [string, string, string, string][] = [
    ["a flushed DOCKER-USER", FIRST, "", "rule 1 of DOCKER-USER is not ours: -p tcp"],
    ["a chain that nothing jumps to", JUMP, "", "FORWARD does not jump to DOCKER-USER first: -o"],
    [
      "a jump behind one that accepts",
      JUMP,
      `-A FORWARD -i eth0 -j ACCEPT\n${JUMP}`,
      "FORWARD does not jump to DOCKER-USER first: -i eth0 -j ACCEPT",
    ],
    ["a policy that accepts", "-P INPUT DROP", "-P INPUT ACCEPT", "INPUT does not drop by default"],
    [
      "a rule too many",
      "-A INPUT -i lo -j ACCEPT\n",
      "-A INPUT -i lo -j ACCEPT\n-A INPUT -p icmp -j ACCEPT\n",
      "rule 2 of INPUT is not ours: -p icmp -j ACCEPT",
    ],
    [
      "a missing guard of what is forwarded",
      "-A FORWARD -j DROP\n",
      "",
      "rule 6 of FORWARD of the mangle table is not ours: none",
    ],
    [
      "another address",
      "-s 10.10.10.1/32 -i eth0",
      "-s 10.10.10.0/24 -i eth0",
      "rule 3 of INPUT is not ours: -s 10.10.10.0/24",
    ],
    ["an answer of nothing", good, "", "INPUT does not drop by default: no chain"],
  ];
  for (const [name, from, to, expected] of broken) {
    it(`are not with ${name}`, () => {
      const [first = "nothing"] = problems(edited(from, to));
      assert.ok(first.startsWith(expected), first);
    });
  }

  it("are not when Docker leaves iptables alone, whatever the chains hold", () => {
    for (const setting of ['"iptables": false', '"firewall-backend": "nftables"']) {
      const answer = edited('"userland-proxy": false', setting);
      assert.deepEqual(problems(answer), [`Docker does not use DOCKER-USER: ${setting}`]);
      assert.ok(
        likelyCause(answer).startsWith(`/etc/docker/daemon.json has ${setting}: take it out`),
      );
    }
  });

  it("name who may have changed them", () => {
    const cause = (changes: Record<string, string>) => likelyCause(inForce(app, changes));
    const rivals = (active: number) =>
      [0, 1, 2, 3].map((i) => (i === active ? "active" : "inactive")).join("\n");
    assert.match(cause({ rivals: rivals(0) }), /^nftables.service is active and its flush ruleset/);
    assert.match(cause({ rivals: rivals(1) }), /^firewalld is active/);
    assert.match(cause({ rivals: rivals(2) }), /^ufw is active/);
    const line = "iptables-restore v1.8.9 (nf_tables): unknown option";
    assert.match(cause({ load: line }), /could not load the rules \("iptables-restore v1\.8\.9/);
    assert.match(cause({}), /^something in the CT flushes or changes the rules/);
  });
});
