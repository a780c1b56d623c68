import assert from "node:assert/strict";
import { guestFirewalls } from "../../../lib/stack/labGroups";
import { installFirewall } from "../../../lib/security/installFirewall";
import { labSettings } from "../../support/labSettings";
import { appFirewall } from "../../../policy/policies/appFirewall";
import { policyResource, stackViolations, UNKNOWN_STRING } from "../../support/policyArgs";
import { app, command, lb, privateBridge } from "../stack";

const check = (resources: Parameters<typeof stackViolations>[1], config?: object) =>
  stackViolations(appFirewall, resources, config);

const APP1 = "10.10.10.11";
const MATCH = "-p tcp -m conntrack --ctstate NEW --ctorigdstport 3000";
const ACCEPT = `${MATCH} -s 10.10.10.10 -j ACCEPT`;
const DROP = `${MATCH} -j DROP`;
const inserted = `iptables -I DOCKER-USER 1 ${ACCEPT}\niptables -I DOCKER-USER 2 ${DROP}`;

const stack = (script: unknown) => [privateBridge(), lb(), app(1), command(APP1, script)];
const message = async (script: string) => {
  const violations = await check(stack(script));
  assert.equal(violations.length, 1, JSON.stringify(violations));
  return violations[0]?.message ?? "";
};

describe("app-docker-user-rules", () => {
  it("accepts what the program renders", async () => {
    const rules = guestFirewalls(labSettings()).get("app1")!;
    assert.deepEqual(await check(stack(installFirewall(rules))), []);
  });

  it("accepts the two rules typed by hand, in any spelling", async () => {
    assert.deepEqual(await check(stack(inserted)), []);
    const appended = [
      "set -e # a comment",
      "sudo=; iptables -w 5 -t filter -F DOCKER-USER && \\",
      "  iptables --append DOCKER-USER --protocol tcp --source '10.10.10.10/32' -m conntrack \\",
      '    --ctorigdstport "3000" --ctstate NEW --jump ACCEPT',
      `iptables -A DOCKER-USER ${DROP}; iptables -A DOCKER-USER -j RETURN`,
    ].join("\n");
    assert.deepEqual(await check(stack(appended)), []);
  });

  it("accepts a rule set in a here document", async () => {
    const script = [
      "iptables-restore --noflush <<'END'",
      "*filter",
      ":DOCKER-USER - [0:0]",
      `-A DOCKER-USER ${ACCEPT}`,
      `-A DOCKER-USER ${DROP}`,
      "COMMIT",
      "END",
    ].join("\n");
    assert.deepEqual(await check(stack(script)), []);
  });

  it("accepts a chain that is filled where it is found empty", async () => {
    const script = `iptables -C DOCKER-USER ${ACCEPT} || { ${inserted.replace("\n", "; ")}; }`;
    assert.deepEqual(await check(stack(script)), []);
  });

  it("accepts rules behind the service's that close more", async () => {
    const more = "iptables -A DOCKER-USER -i eth0 -m conntrack --ctstate NEW -j DROP";
    const log = "iptables -A DOCKER-USER -m conntrack --ctstate INVALID -j NFLOG --nflog-group 5";
    assert.deepEqual(await check(stack(`${inserted}\n${log}\n${more}`)), []);
  });

  it("refuses an app node without rules, naming CT, rule and remedy", async () => {
    assert.equal(
      await message("apt-get install -y docker.io"),
      'CT 111 "app1": rule 1 of DOCKER-USER lets the wrong packets through, got none; it must be ' +
        `"-p tcp -m conntrack --ctstate NEW --ctorigdstport 3000 -s 10.10.10.10 -j ACCEPT", ` +
        "set by a command of the stack in this CT",
    );
  });

  const mutations: [string, string, RegExp][] = [
    [
      "the wrong order",
      `iptables -I DOCKER-USER ${ACCEPT}\niptables -I DOCKER-USER ${DROP}`,
      /rule 1/,
    ],
    ["a missing DROP", `iptables -A DOCKER-USER ${ACCEPT}`, /rule 2 .* got none/],
    ["another address", inserted.replace("10.10.10.10", "10.10.10.99"), /rule 1 .*-s 10.10.10.99/],
    ["a whole subnet", inserted.replace("10.10.10.10", "10.10.10.0/24"), /rule 1 .*10.10.10.0\/24/],
    ["another port", inserted.replaceAll("3000", "3001"), /rule 1 .*ctorigdstport 3001/],
    ["the rewritten port", inserted.replaceAll("--ctorigdstport", "--dport"), /rule 1 .*--dport/],
    ["a negated address", inserted.replace("-s ", "! -s "), /rule 1/],
    [
      "a rule for one interface",
      inserted.replace("-j DROP", "-i eth0 -j DROP"),
      /rule 2 .*-i eth0/,
    ],
    ["another table", inserted.replaceAll("-I DOCKER", "-t raw -I DOCKER"), /rule 1 .*got none/],
    ["IPv6 only", inserted.replaceAll("iptables", "ip6tables"), /rule 1 .*got none/],
    ["rules in a comment", inserted.replaceAll("iptables", "# iptables"), /rule 1 .*got none/],
    ["rules that are only printed", inserted.replaceAll("iptables", "echo iptables"), /got none/],
    ["rules that are flushed again", `${inserted}\niptables -F DOCKER-USER`, /rule 1 .*got none/],
    ["an opening before", `${inserted}\niptables -I DOCKER-USER -j ACCEPT`, /rule 1 .*"-j ACCEPT"/],
    ["a rule too many", `${inserted}\niptables -A DOCKER-USER -p tcp -j ACCEPT`, /after the DROP/],
    ["an opening over IPv6", `${inserted}\nip6tables -A DOCKER-USER ${MATCH} -j ACCEPT`, /IPv6/],
  ];
  for (const [name, script, expected] of mutations) {
    it(`refuses ${name}`, async () => {
      assert.match(await message(script), expected);
    });
  }

  it("judges each app node by the scripts of its own CT", async () => {
    const resources = [privateBridge(), lb(), app(1), app(2), command(APP1, inserted)];
    const violations = await check(resources);
    assert.deepEqual(
      violations.map(({ message }) => message.slice(0, 13)),
      ['CT 112 "app2"'],
    );
  });

  it("concludes nothing from a script that is not known yet", async () => {
    assert.deepEqual(await check(stack(UNKNOWN_STRING)), []);
  });

  it("finds the CT by the component around a command whose connection is not known yet", async () => {
    const component = (name: string, parent?: ReturnType<typeof policyResource>) =>
      policyResource({ type: `homelab:components:${name}`, name, props: {}, parent });
    const one = component("AppNode");
    const ct = app(1, { parent: component("Container", one) });
    const script = command({ host: UNKNOWN_STRING }, inserted, one);
    assert.deepEqual(await check([privateBridge(), lb(), one, ct, script]), []);
    const open = command(UNKNOWN_STRING, "true", one);
    assert.equal((await check([privateBridge(), lb(), one, ct, open])).length, 1);
  });

  it("takes the port from its configuration", async () => {
    assert.deepEqual(await check(stack(inserted.replaceAll("3000", "8080")), { port: 8080 }), []);
  });

  it("never prints what else a script holds", async () => {
    assert.doesNotMatch(await message("export PGPASSWORD=hunter2\ntrue"), /hunter2/);
  });
});
