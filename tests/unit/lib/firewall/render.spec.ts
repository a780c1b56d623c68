import assert from "node:assert/strict";
import { rulesV4, rulesV6 } from "../../../../lib/firewall/model";
import {
  installFirewall,
  loadScript,
  restoreText,
  ruleLine,
} from "../../../../lib/firewall/render";

const service = { port: 3000, allowedSources: ["10.10.10.10"], behind: "docker" } as const;

describe("access rules of a CT", () => {
  it("lets the load balancer through DOCKER-USER first and drops everybody else second", () => {
    const published = rulesV4(service).filter((rule) => rule.chain === "DOCKER-USER");
    assert.deepEqual(published.map(ruleLine), [
      "-A DOCKER-USER -p tcp -m conntrack --ctstate NEW --ctorigdstport 3000 -s 10.10.10.10 -j ACCEPT",
      "-A DOCKER-USER -p tcp -m conntrack --ctstate NEW --ctorigdstport 3000 -j DROP",
    ]);
  });

  it("closes the port that dockerd itself holds open", () => {
    const own = rulesV4(service).filter((rule) => rule.chain === "HOMELAB-INPUT");
    assert.deepEqual(own.map(ruleLine), [
      "-A HOMELAB-INPUT -p tcp -m tcp --dport 3000 -s 10.10.10.10 -j ACCEPT",
      "-A HOMELAB-INPUT -p tcp -m tcp --dport 3000 -j DROP",
    ]);
  });

  it("allows nobody over IPv6", () => {
    assert.ok(rulesV6(service).every((rule) => rule.words.includes("DROP")));
    assert.equal(rulesV6(service).length, 2);
  });

  it("needs no DOCKER-USER for a process of the CT itself", () => {
    const rules = rulesV4({ port: 5432, allowedSources: ["10.10.10.11"], behind: "host" });
    assert.deepEqual([...new Set(rules.map((rule) => rule.chain))], ["HOMELAB-INPUT"]);
  });

  it("fills its chains in one step", () => {
    assert.equal(
      restoreText(rulesV6(service)),
      [
        "*filter",
        ":DOCKER-USER - [0:0]",
        ":HOMELAB-INPUT - [0:0]",
        "-A DOCKER-USER -p tcp -m conntrack --ctstate NEW --ctorigdstport 3000 -j DROP",
        "-A HOMELAB-INPUT -p tcp -m tcp --dport 3000 -j DROP",
        "COMMIT",
        "",
      ].join("\n"),
    );
  });

  it("fills a chain before anything jumps to it", () => {
    const text = loadScript(service);
    assert.ok(text.indexOf("iptables-restore") < text.indexOf("-I INPUT"));
    assert.match(text, /ip6tables -w 10 -I FORWARD -j DOCKER-USER/);
  });

  it("is a unit without which the service does not start", () => {
    const text = installFirewall(service, "docker.service");
    assert.match(text, /Before=network-pre.target docker.service/);
    assert.match(text, /RequiredBy=docker.service/);
  });
});
