import assert from "node:assert/strict";
import { places, planProbes, type Probe } from "../../../../observer/reach/plan";
import { linkLocalOf, parseOutcomes, reachScript } from "../../../../observer/reach/script";
import { judgeProbes, summarise, type Outcome } from "../../../../observer/reach/verdict";
import { settingsOf } from "../../../support/settings";

const settings = settingsOf({ aptProxy: "http://10.10.10.1:3142" });
const all = places(settings, "172.20.0.2", "172.20.0.201");
const probes = planProbes(settings, all);
const open = (from: string, to: string) =>
  probes
    .filter((p) => p.from === from && p.to === to && p.admitted && !p.control)
    .map(({ on, port, protocol, family }) => `${port}/${protocol} ${on} IPv${family}`);

describe("the reachability matrix", () => {
  it("opens what the security groups let in, and nothing else", () => {
    const pairs = new Map<string, string[]>();
    for (const from of all) {
      for (const to of all) {
        const ways = open(from.name, to.name);
        if (ways.length > 0) pairs.set(`${from.name} ${to.name}`, ways);
      }
    }
    const bastion = ["22/tcp private IPv4"];
    assert.deepEqual(Object.fromEntries(pairs), {
      "lan lb": ["80/tcp lan IPv4", "8404/tcp lan IPv4"],
      "pve lb": ["80/tcp lan IPv4", "8404/tcp lan IPv4", ...bastion],
      "pve app1": bastion,
      "pve app2": bastion,
      "pve app3": bastion,
      "pve db": bastion,
      "lb app1": ["3000/tcp private IPv4"],
      "lb app2": ["3000/tcp private IPv4"],
      "lb app3": ["3000/tcp private IPv4"],
      "app1 db": ["5432/tcp private IPv4"],
      "app2 db": ["5432/tcp private IPv4"],
      "app3 db": ["5432/tcp private IPv4"],
      ...Object.fromEntries(
        ["lb", "app1", "app2", "app3", "db"].map((n) => [`${n} pve`, ["3142/tcp private IPv4"]]),
      ),
    });
  });

  it("tries every wrong port over both protocols, and IPv6 where there is a common bridge", () => {
    const tried = (from: string, to: string) =>
      probes.filter((p) => p.from === from && p.to === to);
    assert.equal(tried("app1", "db").length, 24);
    assert.equal(tried("lan", "app1").length, 12);
    assert.equal(tried("lan", "lb").length, 36);
    assert.ok(tried("lan", "lb").some((p) => p.family === 6 && p.on === "lan"));
  });

  it("closes the package cache with nat: provisioning", () => {
    const closed = settingsOf({ aptProxy: "http://10.10.10.1:3142", nat: "provisioning" });
    const cache = planProbes(closed, all).filter((p) => p.port === 3142 && p.protocol === "tcp");
    assert.ok(cache.length > 0);
    assert.ok(cache.every((p) => !p.admitted));
  });

  it("probes nothing from the LAN without an address there", () => {
    const without = planProbes(settings, places(settings, "172.20.0.2"));
    assert.ok(without.every((p) => p.from !== "lan"));
  });

  it("takes a port that somebody asks for", () => {
    const asked = planProbes(settings, all, [6000]).filter((p) => p.port === 6000);
    assert.ok(asked.some((p) => p.from === "app1" && p.to === "db" && !p.admitted));
  });
});

describe("a probe's verdict", () => {
  const find = (want: Partial<Probe>) => {
    const found = probes.find((p) =>
      Object.entries(want).every(([key, value]) => p[key as keyof Probe] === value),
    );
    assert.ok(found, JSON.stringify(want));
    return found;
  };
  const tcp = { family: 4, protocol: "tcp", on: "private" } as const;
  const verdictOf = (probe: Probe, outcome?: Outcome) =>
    judgeProbes([probe], new Map(outcome ? [[probe.id, outcome]] : []))[0]?.asModelled;

  it("takes a refusal behind a filter that should be closed for an open one", () => {
    const closed = find({ from: "app1", to: "app2", port: 3000, ...tcp });
    assert.equal(verdictOf(closed, "refused"), false);
    assert.equal(verdictOf(closed, "open"), false);
    assert.equal(verdictOf(closed, "dropped"), true);
    assert.equal(verdictOf(closed, "unreachable"), true);
  });

  it("takes a refusal where the way is open for what it is, and silence for a closed filter", () => {
    const admitted = find({ from: "app1", to: "db", port: 5432, ...tcp });
    assert.equal(verdictOf(admitted, "refused"), true);
    assert.equal(verdictOf(admitted, "dropped"), false);
    const [pair] = summarise(judgeProbes([admitted], new Map([[admitted.id, "refused"]])));
    assert.deepEqual(pair?.open, ["5432/tcp (refused)"]);
  });

  it("does not count a probe that did not run", () => {
    assert.equal(verdictOf(find({ from: "app1", to: "app2", port: 3000, ...tcp })), false);
  });

  it("believes UDP's silence only where the listener has heard its own machine", () => {
    const probe = find({ from: "lb", to: "db", port: 5432, protocol: "udp", family: 4 });
    const control = find({ to: "db", port: 5432, protocol: "udp", control: true });
    const judged = (heard: Outcome) => {
      const outcomes = new Map<number, Outcome>([
        [probe.id, "silent"],
        [control.id, heard],
      ]);
      return judgeProbes([probe, control], outcomes).map(({ asModelled }) => asModelled);
    };
    assert.deepEqual(judged("heard"), [true, true]);
    assert.deepEqual(judged("silent"), [false, false]);
  });
});

describe("the probing script", () => {
  const script = reachScript(settings, all, probes);

  it("holds every probe once", () => {
    const lines = (script.match(/^\d+ \w+ (tcp|udp) \d+ \S+ \S+$/gm) ?? []) as string[];
    assert.equal(lines.length, probes.length);
    assert.ok(lines.includes(`${probes[0]?.id} lan tcp 22 172.20.0.10 eth0`), lines[0]);
  });

  it("makes the host in the LAN only where it has an address", () => {
    assert.match(script, /address add 172\.20\.0\.201\/24 dev eth0/);
    assert.match(script, /route add 10\.10\.10\.0\/24 via 172\.20\.0\.2/);
    const without = places(settings, "172.20.0.2");
    assert.doesNotMatch(reachScript(settings, without, planProbes(settings, without)), /netns add/);
  });

  it("is read back by the probe's number, with UDP's two sides put together", () => {
    const [a, b, c] = [
      { ...probes[0], id: 1, protocol: "tcp" },
      { ...probes[0], id: 2, protocol: "udp" },
      { ...probes[0], id: 3, protocol: "udp" },
    ] as Probe[];
    const text = "listening\n1 refused\n2 sent\n3 sent\n2 heard\n12 open\n";
    assert.deepEqual(
      parseOutcomes([a!, b!, c!], text),
      new Map([
        [1, "refused"],
        [2, "heard"],
        [3, "silent"],
      ]),
    );
  });

  it("knows the link-local address behind a MAC address", () => {
    assert.equal(linkLocalOf("02:48:0A:0A:0A:0B"), "fe80::48:aff:fe0a:a0b");
  });
});
