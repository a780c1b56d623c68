import assert from "node:assert/strict";
import { formatFirewall, parseFirewall } from "../../../../pve-node/codec/firewall";

const text = `[OPTIONS]

enable: 1
policy_in: DROP

[ALIASES]

lb 192.0.2.9 # balancer

[IPSET web] # servers

!192.0.2.1 # not this one
192.0.2.0/28

[RULES]

|IN HTTP(ACCEPT) -i net0 -log info
IN ACCEPT -source 192.0.2.0/24 -p tcp -dport 80,443 # wéb
GROUP ssh

[group ssh]

IN ACCEPT -p tcp -dport 22

`;

describe("a firewall file", () => {
  it("is written as it was read", () => {
    assert.equal(formatFirewall(parseFirewall(text)), text);
  });

  it("tells a rule's parts apart", () => {
    const [macro, web, group] = parseFirewall(text).rules;
    assert.deepEqual(macro, {
      ...{ type: "in", action: "ACCEPT", macro: "HTTP", enable: 0, iface: "net0", log: "info" },
    });
    assert.deepEqual([web?.proto, web?.dport, web?.comment], ["tcp", "80,443", "wéb"]);
    assert.deepEqual([group?.type, group?.action], ["group", "ssh"]);
  });

  it("holds no rule that a comment made up", () => {
    const file = parseFirewall("");
    file.rules.push({ type: "in", action: "DROP", enable: 1, comment: "a\nIN ACCEPT" });
    file.aliases.set("x", { cidr: "192.0.2.1", comment: "a\n[RULES]\nIN ACCEPT" });
    const again = parseFirewall(formatFirewall(file));
    assert.deepEqual(
      again.rules.map(({ action }) => action),
      ["DROP"],
    );
  });

  it("leaves out what it does not understand", () => {
    assert.deepEqual(parseFirewall("[RULES]\nWHAT 1\n[NOPE]\nx y\n").rules, []);
  });
});
