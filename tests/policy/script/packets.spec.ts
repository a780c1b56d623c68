import assert from "node:assert/strict";
import { Firewall } from "../../../policy/script/firewall";
import { isWorld, verdict } from "../../../policy/script/packets";

const judge = (rules: string[], source = "203.0.113.7", port = 5432) => {
  const firewall = new Firewall();
  rules.forEach((rule) => firewall.apply(rule.split(" ")));
  return verdict(firewall.table("filter"), "INPUT", { source, port });
};

describe("a packet", () => {
  it("passes a chain without rules, and not one whose policy drops", () => {
    assert.equal(judge([]), "ACCEPT");
    assert.equal(judge(["-P INPUT DROP"]), "DROP");
  });

  it("meets the first rule that is for it, in chains jumped to as well", () => {
    const rules = ["-A INPUT -j OWN", "-A OWN -s 10.0.0.0/8 -j ACCEPT", "-A OWN -j DROP"];
    assert.equal(judge(rules), "DROP");
    assert.equal(judge(rules, "10.1.2.3"), "ACCEPT");
  });

  it("comes back from a chain that returns", () => {
    assert.equal(judge(["-A INPUT -j OWN", "-A OWN -j RETURN", "-A INPUT -j DROP"]), "DROP");
  });

  it("does not meet rules for other ports, states, protocols and the loopback", () => {
    const others = ["--dport 22", "-m conntrack --ctstate ESTABLISHED", "-p icmp", "-i lo"];
    const rules = others.map((match) => `-A INPUT ${match} -j ACCEPT`);
    assert.equal(judge([...rules, "-A INPUT -j DROP"]), "DROP");
  });

  it("counts as let in by an ACCEPT that cannot be judged, and not as dropped by such a DROP", () => {
    const match = "-m owner --uid-owner 7";
    assert.equal(judge([`-A INPUT ${match} -j ACCEPT`, "-A INPUT -j DROP"]), "ACCEPT");
    assert.equal(judge([`-A INPUT ${match} -j DROP`]), "ACCEPT");
  });
});

describe("the world as a source", () => {
  for (const source of [undefined, "0.0.0.0/0", "::/0", "128.0.0.0/1"]) {
    it(`is ${source ?? "none"}`, () => assert.ok(isWorld(source)));
  }
  for (const source of ["10.0.0.0/8", "10.10.10.10", "fe80::/10"]) {
    it(`is not ${source}`, () => assert.ok(!isWorld(source)));
  }
});
