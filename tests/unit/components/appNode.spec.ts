import assert from "node:assert/strict";
import { AppNode, type AppNodeArgs, LoadBalancer, rollingNodes, Site } from "../../../components";
import { declare, given, GUESTS, refusalOf, siteArgs } from "../../support/declare";

/** A database that somebody else has. */
const DATABASE = {
  address: given("192.0.2.50"),
  port: given(6432),
  database: given("app"),
  role: given("app"),
  password: given("secret"),
  certificate: given("PEM"),
};
const IMAGE = { context: given(".image"), digest: given("0123456789abcdef") };

function appNode(args: Partial<AppNodeArgs> = {}): AppNode {
  const guest = GUESTS.app();
  const site = new Site("site", siteArgs([guest, GUESTS.lb()]));
  return new AppNode("web-1", { site, guest, database: DATABASE, image: IMAGE, ...args });
}

describe("an app node alone", function () {
  this.timeout("1m");

  it("uses a database from elsewhere and overlay2, and without a load balancer nobody reaches it", async () => {
    const made = await declare(() => appNode());
    const { envs, ports } = made.inputs("web-1-web");
    assert.deepEqual(ports, [{ internal: 3000, external: 3000 }]);
    assert.ok(envs.includes("PGHOST=192.0.2.50") && envs.includes("PGPORT=6432"));
    assert.match(String(made.inputs("web-1-docker").create), /"storage-driver": "overlay2"/);
    const { ingress } = made.inputs("web-1-firewall-state").rules as { ingress: unknown[] };
    assert.equal(ingress.length, 1);
    assert.ok(!made.resources.some(({ name }) => /-(drain|target)$/.test(name)));
  });

  it("has port, environment and driver from outputs, in container, rules and summary", async () => {
    let summary: unknown;
    const made = await declare(() => {
      const node = appNode({
        servicePort: given(4000),
        environment: given({ LEVEL: given("debug") }),
        storageDriver: given("fuse-overlayfs" as const),
      });
      node.summary.apply((known) => (summary = known));
    });
    const { envs, ports } = made.inputs("web-1-web");
    assert.ok(envs.includes("PORT=4000") && envs.includes("LEVEL=debug"));
    assert.deepEqual(ports, [{ internal: 4000, external: 4000 }]);
    assert.match(made.inputs("web-1-host").features, /fuse=1/);
    const { name, port, vmid } = summary as Record<string, unknown>;
    assert.deepEqual([name, port, vmid], ["web-1", 4000, 401]);
  });

  it("lets its load balancer alone to its service, and is its target", async () => {
    const made = await declare(() => {
      const [lb, guest] = [GUESTS.lb(), GUESTS.app()];
      const site = new Site("site", siteArgs([guest, lb]));
      const loadBalancer = new LoadBalancer("web-lb", { site, guest: lb });
      const args = { site, guest, database: DATABASE, image: IMAGE, loadBalancer };
      new AppNode("web-1", { ...args, servicePort: 4000 });
    });
    const { ingress } = made.inputs("web-1-firewall-state").rules as {
      ingress: { port: number; sources: string[]; behind: string }[];
    };
    const [service] = ingress;
    assert.deepEqual(service?.sources, ["10.40.0.10/32"]);
    assert.deepEqual([service?.port, service?.behind], [4000, "docker"]);
    assert.deepEqual(made.inputs("web-1-target").cts.vmids, [401, 400]);
    assert.ok(made.dependsOn("web-1-ct", "web-1-drain"));
  });

  it("pulls an image from a registry as it is named", async () => {
    const made = await declare(() =>
      appNode({ image: { reference: given("registry.example/web:1") } }),
    );
    const { name, build } = made.inputs("web-1-image");
    assert.deepEqual([name, build], ["registry.example/web:1", undefined]);
  });

  for (const [what, args, message] of [
    ["a port out of range", { servicePort: given(70000) }, /servicePort is 70000; give 1 to 65535/],
    [
      "no such driver",
      { storageDriver: given("btrfs" as never) },
      /storageDriver is "btrfs"; choose/,
    ],
    [
      "a variable with a space",
      { environment: { "a b": "1" } },
      /environment has the variable "a b"/,
    ],
    ["a variable of its own", { environment: { PGHOST: "x" } }, /environment has PGHOST, which/],
  ] as [string, Partial<AppNodeArgs>, RegExp][]) {
    it(`is refused with ${what}`, async () => {
      assert.match(await refusalOf(() => appNode(args)), message);
    });
  }
});

describe("app nodes that roll", function () {
  this.timeout("1m");

  it("wait for one another where they serve, and not where they are new", async () => {
    const made = await declare(() => {
      const guests = [1, 2, 3].map((number) => ({
        ...GUESTS.app(),
        name: `web-${number}`,
        vmid: 400 + number,
        ports: [{ on: "private" as const, address: `10.40.0.1${number}` }],
      }));
      const lb = GUESTS.lb();
      const site = new Site("site", siteArgs([...guests, lb]));
      const loadBalancer = new LoadBalancer("web-lb", { site, guest: lb });
      rollingNodes(
        guests.map((guest) => ({
          name: guest.name,
          args: { site, guest, database: DATABASE, image: IMAGE, loadBalancer },
        })),
        new Set(["web-1", "web-2"]),
      );
    });
    assert.ok(made.dependsOn("web-2-drain", "web-1-target"));
    assert.deepEqual(made.named("web-3-drain").dependencies, []);
    assert.deepEqual(made.inputs("web-1-drain").newcomers, ["web-3"]);
  });
});
