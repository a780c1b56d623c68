import assert from "node:assert/strict";
import { appGuest, Ct, ctCommand, CtFirewall, firewallRules, Site } from "../../../components";
import { declare, given, GUESTS, refusalOf, siteArgs } from "../../support/declare";

const RULES = firewallRules({ name: "web-1", ports: [], unit: "docker.service" }, []);
const args = (site: Site, guest = GUESTS.app()) => ({
  ...{ site, guest, firewall: RULES },
  description: given("a CT"),
  cores: given(2),
});

describe("a CT", function () {
  this.timeout("1m");

  it("has what its guest says, and belongs to its site's Proxmox", async () => {
    const made = await declare(() => {
      const guest = GUESTS.lb();
      const site = new Site("site", siteArgs([guest]));
      new Ct("web-lb", args(site, guest), site.options());
    });
    const ct = made.inputs("web-lb-ct");
    assert.deepEqual(
      [ct.vmId, ct.cpu.cores, ct.memory.dedicated, ct.disk, ct.tags, ct.unprivileged],
      [400, 2, 256, { datastoreId: "local", size: 4 }, ["homelab", "lb"], true],
    );
    assert.deepEqual(
      ct.networkInterfaces.map((nic: Record<string, string>) => [nic.bridge, nic.macAddress]),
      [
        ["vmbr0", "02:48:C0:00:02:0A"],
        ["vmbr40", "02:48:0A:28:00:0A"],
      ],
    );
    assert.deepEqual(ct.initialization.ipConfigs[0].ipv4, {
      address: "192.0.2.10/24",
      gateway: "192.0.2.254",
    });
    assert.match(made.inputs("web-lb-ssh").subject, /CT 400 "web-lb": SSH on 10\.40\.0\.10/);
    assert.ok(made.dependsOn("web-lb-ssh", "web-lb-host"));
  });

  it("takes a kind of one's own, with tag, start order and firewall", async () => {
    const cache = {
      ...appGuest({ name: "cache", vmid: 450, address: "10.40.0.60" }),
      ...{ role: "cache", startOrder: 1, unit: "redis-server.service" },
    };
    const made = await declare(() => {
      const site = new Site("site", siteArgs([cache]));
      const ct = new Ct("cache", args(site, cache), site.options());
      const rules = firewallRules({ ...cache, ports: [{ on: "private", address: "10.40.0.60" }] }, [
        {
          ...{ sources: ["10.40.0.0/24"], port: 6379, protocol: "tcp" as const },
          ...{ on: "private" as const, behind: "host" as const, description: "the cache" },
        },
      ]);
      const firewall = new CtFirewall("cache", { ct, rules: given(rules) }, { parent: ct });
      ctCommand("cache-install", { ct, script: "true", dependsOn: [firewall.installed] }, ct);
      firewall.seal([]);
    });
    assert.deepEqual(made.inputs("cache-ct").tags, ["cache", "homelab"]);
    assert.match(String(made.inputs("cache-firewall").create), /--dport 6379/);
    assert.equal(made.inputs("cache-firewall-state").rules.service, "redis-server.service");
    assert.ok(made.dependsOn("cache-install", "cache-firewall"));
    assert.equal(made.inputs("cache-install").connection.proxy.host, "192.0.2.1");
  });

  it("is refused when its site does not know it", async () => {
    const said = await refusalOf(() => {
      const site = new Site("site", siteArgs([GUESTS.db()]));
      new Ct("web-1", args(site), site.options());
    });
    assert.match(said, /CT 401 "web-1" is not among the guests of its site; add it there/);
  });
});
