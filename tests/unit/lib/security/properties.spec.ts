import assert from "node:assert/strict";
import { contains, parseAddress, parseCidr } from "../../../../lib/net/cidr";
import type {
  IngressRule,
  Member,
  Port,
  Protocol,
  SecurityGroup,
} from "../../../../lib/security/securityGroup";
import { addressOn, decide, SIDES, sourcesOf } from "../../../../lib/security/securityGroup";
import { firewallOf } from "../../../../lib/security/ctFirewall";
import { databaseClients } from "../../../../lib/security/pgHba";
import { proxmoxRules } from "../../../../lib/security/proxmoxFirewall";
import { restoreTextV4, restoreTextV6 } from "../../../../lib/security/installFirewall";
import { interfaceOf } from "../../../../lib/security/iptablesRules";
import { Netfilter, type NetPacket } from "../../../support/iptables";
import { seededRandom } from "../../../support/random";

const MODELS = 150;
const PACKETS = 120;
/** Few of each, so that packets often come close to a rule, and differ from it in one thing. */
const PORTS = [22, 80, 3000, 3001, 5432];
const PROTOCOLS: Protocol[] = ["tcp", "udp"];
const CIDRS = ["0.0.0.0/0", "172.20.0.0/24", "10.10.10.0/28", "128.0.0.0/1", "10.10.10.11/32"];

type Random = () => number;
const pick = <T>(random: Random, from: readonly T[]): T =>
  from[Math.floor(random() * from.length)]!;

/** Groups that refer to those before them, as the program's do. */
function randomGroups(random: Random): SecurityGroup[] {
  const groups: SecurityGroup[] = [];
  const count = 2 + Math.floor(random() * 3);
  for (let g = 0; g < count; g += 1) {
    const members = Array.from({ length: 1 + Math.floor(random() * 3) }, (_, m): Member => {
      const last = 10 * (g + 1) + m;
      const own: Port = { on: "private", address: `10.10.10.${last}` };
      const lan: Port = { on: "lan", address: `172.20.0.${last}` };
      // Which interface comes first must not matter.
      const both = random() < 0.5 ? [lan, own] : [own, lan];
      return { name: `m${last}`, ports: random() < 0.3 ? both : [own] };
    });
    const ingress = Array.from({ length: Math.floor(random() * 5) }, (): IngressRule => {
      const cidr = groups.length === 0 || random() < 0.3;
      const port = pick(random, PORTS);
      return {
        from: cidr ? { cidr: pick(random, CIDRS) } : pick(random, groups),
        port,
        protocol: pick(random, PROTOCOLS),
        on: pick(random, SIDES),
        // A port is Docker's or the machine's own, for every rule of a group alike.
        behind: (port + g) % 2 === 0 ? "docker" : "host",
        description: "random",
      };
    });
    groups.push({ name: `g${g}`, members, ingress });
  }
  return groups;
}

const STRANGERS = ["203.0.113.7", "172.20.0.1", "172.20.0.99", "10.10.10.1", "10.10.10.99"];

function sourceFor(random: Random, aim: IngressRule | undefined): string {
  const known = (aim ? sourcesOf(aim) : []).map((source) => source.split("/")[0]!);
  const members = [10, 11, 20, 21, 30].flatMap((n) => [`10.10.10.${n}`, `172.20.0.${n}`]);
  return pick(random, random() < 0.7 && known.length > 0 ? known : [...STRANGERS, ...members]);
}

interface Case {
  groups: SecurityGroup[];
  group: SecurityGroup;
  member: Member;
  on: (typeof SIDES)[number];
  source: string;
  protocol: Protocol;
  port: number;
}

const rulesOf = ({ group, member }: Case) => firewallOf(group, member.name, "some.service");

/** Every packet of every model; the verdict of a compiler is compared with the model's. */
function forEachCase(check: (one: Case, admitted: boolean, what: string) => void): void {
  const counts = { admitted: 0, refused: 0 };
  for (let seed = 1; seed <= MODELS; seed += 1) {
    const random = seededRandom(seed);
    const groups = randomGroups(random);
    for (let n = 0; n < PACKETS; n += 1) {
      const group = pick(random, groups);
      const member = pick(random, group.members);
      // Half of the packets aim at a rule, or they would hardly ever meet one.
      const aim = random() < 0.5 ? pick(random, [...group.ingress, undefined]) : undefined;
      const on = aim?.on ?? pick(random, SIDES);
      if (addressOn(member, on) === undefined) continue; // there is no way in on that side
      const source = sourceFor(random, aim);
      const protocol = aim?.protocol ?? pick(random, PROTOCOLS);
      const port = aim?.port ?? pick(random, PORTS);
      const one = { groups, group, member, on, source, protocol, port };
      const { admitted } = decide(groups, { source, to: member.name, on, protocol, port });
      counts[admitted ? "admitted" : "refused"] += 1;
      check(
        one,
        admitted,
        `seed ${seed}: ${source} to ${member.name}:${port}/${protocol} on ${on}`,
      );
    }
  }
  assert.ok(counts.admitted > 500 && counts.refused > 5000, JSON.stringify(counts));
}

function packet({ member, on, source, protocol, port }: Case): NetPacket {
  return {
    inInterface: interfaceOf(member.ports, on),
    source,
    protocol,
    destinationPort: port,
    originalAddress: addressOn(member, on) ?? "",
    originalPort: port,
    state: "NEW",
  };
}

/** As the kernel does it: what Docker publishes is forwarded, anything else comes to INPUT. */
function passes(text: string, group: SecurityGroup, first: NetPacket): boolean {
  const published = group.ingress.some(
    (rule) =>
      rule.behind === "docker" &&
      rule.port === first.originalPort &&
      rule.protocol === first.protocol,
  );
  if (!published) return new Netfilter(text, "filter").verdict("INPUT", first) === "ACCEPT";
  const forwarded = { ...first, destinationPort: 8080 };
  return (
    new Netfilter(text, "mangle").verdict("FORWARD", forwarded) === "ACCEPT" &&
    new Netfilter(text, "filter").verdict("DOCKER-USER", forwarded) !== "DROP"
  );
}

describe("every guard admits exactly what the model admits", () => {
  it("iptables of the CT, for the first packet of a connection", () => {
    forEachCase((one, admitted, what) => {
      const text = restoreTextV4(rulesOf(one));
      assert.equal(passes(text, one.group, packet(one)), admitted, what);
    });
  });

  it("DOCKER-USER alone, for what Docker publishes", () => {
    forEachCase((one, admitted, what) => {
      const published = one.group.ingress.filter(
        ({ behind, port, protocol }) =>
          behind === "docker" && port === one.port && protocol === one.protocol,
      );
      // It knows no interfaces: it is exact where the port is opened on one side only.
      if (published.length === 0 || published.some(({ on }) => on !== one.on)) return;
      const filter = new Netfilter(restoreTextV4(rulesOf(one)), "filter");
      assert.equal(filter.verdict("DOCKER-USER", packet(one)) === "ACCEPT", admitted, what);
    });
  });

  it("the Proxmox firewall", () => {
    forEachCase((one, admitted, what) => {
      const to = addressOn(one.member, one.on)!;
      const net = interfaceOf(one.member.ports, one.on).replace("eth", "net");
      const found = proxmoxRules(rulesOf(one)).some(
        (rule) =>
          rule.iface === net &&
          rule.proto === one.protocol &&
          rule.dport === String(one.port) &&
          rule.dest === to &&
          inside(rule.source ?? "0.0.0.0/0", one.source),
      );
      assert.equal(found, admitted, what);
    });
  });

  it("pg_hba.conf, for whoever gets to the port on some side", () => {
    forEachCase((one, _admitted, what) => {
      if (one.protocol !== "tcp") return;
      const { groups, member, source, port } = one;
      const gets = SIDES.some(
        (on) => decide(groups, { source, to: member.name, on, protocol: "tcp", port }).admitted,
      );
      const listed = databaseClients(rulesOf(one), port).some((cidr) => inside(cidr, source));
      assert.equal(listed, gets, what);
    });
  });

  it("nothing over IPv6", () => {
    const [mangle, filter] = ["mangle", "filter"].map((t) => new Netfilter(restoreTextV6(), t));
    forEachCase((one, _admitted, what) => {
      assert.equal(filter!.verdict("INPUT", packet(one)), "DROP", what);
      assert.equal(mangle!.verdict("FORWARD", packet(one)), "DROP", what);
    });
  });
});

describe("what is not the first packet for a port of the model", () => {
  /** Only models where the member runs Docker have something to forward. */
  const forEachDocker = (check: (one: Case, text: string, what: string) => void) =>
    forEachCase((one, _admitted, what) => {
      if (!one.group.ingress.some(({ behind }) => behind === "docker")) return;
      check(one, restoreTextV4(rulesOf(one)), what);
    });

  it("passes when it answers to what was admitted or begun here", () => {
    forEachDocker((one, text, what) => {
      const answer = { ...packet(one), state: "ESTABLISHED" } as const;
      assert.equal(new Netfilter(text, "filter").verdict("INPUT", answer), "ACCEPT", what);
      assert.equal(new Netfilter(text, "mangle").verdict("FORWARD", answer), "ACCEPT", what);
    });
  });

  it("is dropped on its way to a container that is published elsewhere, or that a route leads to", () => {
    forEachDocker((one, text, what) => {
      const mangle = new Netfilter(text, "mangle");
      const elsewhere = { ...packet(one), destinationPort: one.port, originalPort: 9090 };
      const routed = { ...packet(one), originalAddress: "10.210.0.2" };
      assert.equal(mangle.verdict("FORWARD", elsewhere), "DROP", what);
      assert.equal(mangle.verdict("FORWARD", routed), "DROP", what);
    });
  });

  it("passes from a container to the outside, and is dropped on its way to the CT itself", () => {
    forEachDocker((one, text, what) => {
      for (const inInterface of ["docker0", "br-0123456789ab"]) {
        const sent = { ...packet(one), inInterface, source: "10.210.0.2" };
        assert.equal(new Netfilter(text, "mangle").verdict("FORWARD", sent), "ACCEPT", what);
        assert.equal(new Netfilter(text, "filter").verdict("INPUT", sent), "DROP", what);
      }
    });
  });

  it("is dropped when conntrack cannot make sense of it", () => {
    forEachDocker((one, text, what) => {
      const stray = { ...packet(one), state: "INVALID" } as const;
      assert.equal(new Netfilter(text, "mangle").verdict("FORWARD", stray), "DROP", what);
    });
  });
});

function inside(range: string, address: string): boolean {
  const cidr = parseCidr(range.includes("/") ? range : `${range}/32`);
  return cidr !== undefined && contains(cidr, parseAddress(address) ?? 0);
}
