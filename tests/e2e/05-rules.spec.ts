import assert from "node:assert/strict";
import { inside } from "../support/connect";
import { labClone } from "../support/labClone";
import { allHealthy, serviceStatus, targetIs } from "../support/labStatus";

const up = () => labClone().ok(["up", "--yes"], { timeoutSeconds: 300 });

describe("firewall rules that went missing", function () {
  this.timeout("6m");

  it("are installed anew by the next up", async () => {
    const flush = "iptables -F DOCKER-USER && iptables -P INPUT ACCEPT && iptables -F INPUT";
    await inside("app2", flush);
    assert.equal(await serviceStatus("app1"), 0, "the mangle table guards what Docker publishes");
    const { stdout, stderr } = await up();
    assert.match(stdout + stderr, /1 updated/);
    const rules = await inside("app2", "iptables -S DOCKER-USER; iptables -S INPUT");
    assert.match(rules, /^-A DOCKER-USER -s 10\.10\.10\.10\/32 .* -j ACCEPT$/m);
    assert.match(rules, /^-P INPUT DROP$/m);
  });

  it("refuse the update where Docker leaves iptables alone, and say so", async () => {
    const file = "/etc/docker/daemon.json";
    await inside("app2", `cp ${file} ${file}.kept; sed -i '1a "iptables": false,' ${file}`);
    try {
      const { code, stdout, stderr } = await labClone().run(["up", "--yes"], {
        timeoutSeconds: 300,
      });
      assert.notEqual(code, 0);
      assert.match(
        stdout + stderr,
        /CT 112 "app2" is not the one that is declared \(Docker does not use DOCKER-USER: "iptables": false\); .* take it out/,
      );
    } finally {
      await inside("app2", `mv ${file}.kept ${file}`);
    }
    await up();
  });

  it("leave an app node closed and its target unhealthy after a reboot, until the next up", async () => {
    await inside("app2", "echo nonsense > /etc/homelab/firewall/rules.v4");
    await labClone().ok(["exec", "pve", "--", "pct", "reboot", "112"]);
    await targetIs("app2", "unhealthy", 60);
    const ask = "pct exec 112 -- sh -c 'systemctl is-active docker; iptables -S INPUT'";
    const state = await inside("pve", `${ask} || true`);
    assert.match(state, /^(inactive|failed)$/m, "Docker does not start without the rules");
    assert.match(state, /^-P INPUT DROP$/m);
    assert.equal(await serviceStatus("app1"), 0);
    assert.equal(await serviceStatus("lb"), 0);
    await up();
    await allHealthy(90);
    assert.equal(await serviceStatus("app1"), 0);
  });
});
