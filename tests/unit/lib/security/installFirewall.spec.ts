import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { guestFirewalls } from "../../../../lib/stack/labGroups";
import { databaseClients } from "../../../../lib/security/pgHba";
import { proxmoxRules } from "../../../../lib/security/proxmoxFirewall";
import {
  installFirewall,
  loadScript,
  restoreTextV4,
  restoreTextV6,
  unitText,
} from "../../../../lib/security/installFirewall";
import { dockerUserRules, hasDocker } from "../../../../lib/security/iptablesRules";
import { labSettings } from "../../../support/labSettings";

const firewalls = guestFirewalls(labSettings());
const of = (name: string) => firewalls.get(name)!;
const lab = { loadBalancer: of("lb"), app: of("app1"), database: of("db") };
const golden = (name: string) => readFileSync(join(__dirname, "golden", name), "utf8");

describe("the rules of a CT", () => {
  for (const [group, rules] of Object.entries(lab)) {
    it(`of group ${group} are those on file`, () => {
      assert.equal(restoreTextV4(rules), golden(`${group}.v4`));
    });
  }

  it("let nobody in over IPv6, wherever", () => {
    assert.equal(restoreTextV6(), golden("every.v6"));
  });

  it("guard what Docker publishes by exactly the two rules of the design, in order", () => {
    assert.deepEqual(dockerUserRules(lab.app), [
      "-p tcp -m conntrack --ctstate NEW --ctorigdstport 3000 -s 10.10.10.10 -j ACCEPT",
      "-p tcp -m conntrack --ctstate NEW --ctorigdstport 3000 -j DROP",
    ]);
    assert.deepEqual([hasDocker(lab.app), hasDocker(lab.database)], [true, false]);
  });

  it("name each app node's own address, so that a container's own is no way in", () => {
    const text = restoreTextV4(of("app2"));
    assert.match(text, /--ctorigdst 10\.10\.10\.12 --ctorigdstport 3000/);
  });
});

describe("loading the rules", () => {
  it("closes before it opens anything, so that a broken rule set leaves the CT closed", () => {
    const lines = loadScript(lab.app).split("\n");
    assert.deepEqual(lines.slice(2, 6), [
      "iptables -w 10 -t mangle -P FORWARD DROP",
      "iptables -w 10 -P INPUT DROP",
      "ip6tables -w 10 -t mangle -P FORWARD DROP",
      "ip6tables -w 10 -P INPUT DROP",
    ]);
    assert.ok(lines.findIndex((l) => l.startsWith("iptables-restore")) > 5);
  });

  it("jumps to DOCKER-USER only where Docker is, when the chain is filled", () => {
    const text = loadScript(lab.app);
    assert.ok(text.indexOf("iptables-restore") < text.indexOf("-I FORWARD -j DOCKER-USER"));
    assert.doesNotMatch(loadScript(lab.database), /DOCKER-USER/);
  });

  it("comes before every server at boot, and the service does not start without it", () => {
    const text = unitText("docker.service");
    assert.match(text, /^Before=sysinit.target network-pre.target docker.service$/m);
    assert.match(text, /^RequiredBy=docker.service$/m);
    assert.match(text, /^DefaultDependencies=no$/m);
  });

  it("keeps Debian's nftables.conf, which flushes everything, from being loaded", () => {
    const text = installFirewall(lab.app);
    assert.ok(text.indexOf("mask -q nftables.service") < text.indexOf("iptables"));
  });
});

describe("the other guards of a group", () => {
  it("are the app nodes' addresses for pg_hba.conf", () => {
    const clients = ["10.10.10.11/32", "10.10.10.12/32", "10.10.10.13/32"];
    assert.deepEqual(databaseClients(lab.database, 5432), clients);
  });

  it("are rules of the Proxmox firewall by interface and by the address that was asked for", () => {
    const [listener, stats, ssh] = proxmoxRules(lab.loadBalancer);
    assert.deepEqual(listener, {
      type: "in",
      action: "ACCEPT",
      iface: "net0",
      proto: "tcp",
      dport: "80",
      dest: "172.20.0.10",
      comment: "the listener: 80/tcp from 0.0.0.0/0 on the lan side",
    });
    assert.deepEqual([stats?.source, stats?.dport], ["172.20.0.0/24", "8404"]);
    assert.deepEqual([ssh?.iface, ssh?.source, ssh?.dest], ["net1", "10.10.10.1", "10.10.10.10"]);
  });
});
