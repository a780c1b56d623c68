import assert from "node:assert/strict";
import { LoadBalancer, type LoadBalancerArgs, Site, targetOf } from "../../../components";
import { declare, given, GUESTS, refusalOf, siteArgs } from "../../support/declare";

function loadBalancer(args: Partial<LoadBalancerArgs> = {}): LoadBalancer {
  const guest = GUESTS.lb();
  const site = new Site("site", siteArgs([guest]));
  return new LoadBalancer("web-lb", { site, guest, ...args });
}

const textOf = async (args: Partial<LoadBalancerArgs>) => {
  const made = await declare(() => loadBalancer(args));
  return (made.inputs("web-lb-config").source as { text: Promise<string> }).text;
};

describe("a load balancer alone", function () {
  this.timeout("1m");

  it("needs a site and a CT only, and lets everybody to its listener", async () => {
    const made = await declare(() => loadBalancer());
    const { ingress } = made.inputs("web-lb-firewall-state").rules as {
      ingress: { port: number; sources: string[] }[];
    };
    assert.deepEqual(
      ingress.map(({ port, sources }) => [port, ...sources]),
      [
        [80, "0.0.0.0/0"],
        [8404, "192.0.2.0/24"],
        [22, "10.40.0.1/32"],
      ],
    );
    assert.match(await textOf({}), /bind :80\n/);
  });

  it("has an address that is known once it listens, and the rules of its own port", async () => {
    let url = "";
    const made = await declare(() => {
      const { url: known } = loadBalancer({ listenerPort: given(8080) });
      known.apply((text) => (url = text));
    });
    assert.equal(url, "http://192.0.2.10:8080/");
    const [first] = made.inputs("web-lb-firewall-state").rules.ingress as { port: number }[];
    assert.equal(first?.port, 8080);
  });

  it("takes targets, check, profile and delay from outputs", async () => {
    const targets = [
      given({ name: "a", address: "10.40.0.11", port: 3000 }),
      targetOf(GUESTS.app()),
    ];
    const text = await textOf({
      targets: given(targets),
      healthCheck: given({ path: "/ready", intervalMs: 40_000 }),
      profile: given("alb-default" as const),
    });
    assert.match(text, /server a 10\.40\.0\.11:3000\n {2}server web-1 10\.40\.0\.11:3000/);
    assert.match(text, /uri \/ready ver/);
    assert.match(text, /check inter 40000ms/);
    const made = await declare(() => loadBalancer({ deregistrationDelaySeconds: given(7) }));
    assert.match(String(made.inputs("web-lb-activate").create), /seq 35/);
  });

  it("is put in force again when its certificates are for other names", async () => {
    const triggers = async (...domains: string[]) => {
      const listeners = [{ port: 443, protocol: "HTTPS" as const, domains }];
      const made = await declare(() => loadBalancer({ listeners }));
      return made.inputs("web-lb-activate").triggers as unknown;
    };
    assert.notDeepEqual(await triggers("app.lab", "shop.lab"), await triggers("shop.lab"));
    assert.deepEqual(await triggers("app.lab"), await triggers("app.lab"));
  });

  it("answers without targets, too", async () => {
    assert.doesNotMatch(await textOf({ targets: [] }), /^ {2}server /m);
  });

  for (const [what, args, message] of [
    ["the stats page's port", { listenerPort: 8404 }, /listenerPort is 8404/],
    ["no such profile", { profile: given("fast" as never) }, /profile is "fast"; choose tuned,/],
    [
      "a delay below 0",
      { deregistrationDelaySeconds: given(-1) },
      /deregistrationDelaySeconds is -1/,
    ],
    ["a path without /", { healthCheck: { path: "ready" } }, /healthCheck\.path is "ready"/],
    [
      "an odd target",
      { targets: [{ name: "web 1", address: "10.40.0.11", port: 3000 }] },
      /target "web 1" has a name/,
    ],
  ] as [string, Partial<LoadBalancerArgs>, RegExp][]) {
    it(`is refused with ${what}`, async () => {
      assert.match(await refusalOf(() => loadBalancer(args)), message);
    });
  }
});
