import { contains, parseAddress, parseCidr } from "../../lib/net/cidr";

/** A packet as netfilter sees it on its way in, with what conntrack knows of its connection. */
export interface NetPacket {
  inInterface: string;
  source: string;
  protocol: string;
  /** Where it goes now: behind Docker's rewriting the container's address and port. */
  destinationPort: number;
  /** Where the connection was first sent to. */
  originalAddress: string;
  originalPort: number;
  state: "NEW" | "ESTABLISHED" | "RELATED" | "INVALID";
}

/**
 * Netfilter as far as the product's rules need it, for one table of an iptables-restore text. What it
 * does not know it refuses, so that no rule is taken for another.
 */
export class Netfilter {
  private readonly chains = new Map<string, string[][]>();
  private readonly policies = new Map<string, string>();

  constructor(text: string, table: string) {
    let current = "";
    for (const line of text.split("\n")) {
      if (line.startsWith("*")) current = line.slice(1);
      if (current !== table) continue;
      const [, name, policy] = /^:(\S+) (\S+)/.exec(line) ?? [];
      if (name !== undefined) this.policies.set(name, policy ?? "-");
      const words = line.match(/"[^"]*"|\S+/g) ?? [];
      if (words[0] === "-F") this.chains.set(words[1] ?? "", []);
      if (words[0] === "-A") {
        const rules = this.chains.get(words[1] ?? "") ?? [];
        this.chains.set(words[1] ?? "", [...rules, words.slice(2)]);
      }
    }
  }

  /** What becomes of a packet; a chain that is not built in returns what decides nothing. */
  verdict(chain: string, packet: NetPacket): string {
    for (const rule of this.chains.get(chain) ?? []) {
      const target = match(rule, packet);
      if (target === "ACCEPT" || target === "DROP") return target;
    }
    const policy = this.policies.get(chain);
    return policy === undefined || policy === "-" ? "RETURN" : policy;
  }
}

/** The rule's target when every condition holds. */
function match(words: string[], packet: NetPacket): string | undefined {
  const rest = [...words];
  const next = () => rest.shift() ?? "";
  while (rest.length > 0) {
    const option = next();
    const value = next();
    switch (option) {
      case "-i": {
        const [name, any] = value.endsWith("+") ? [value.slice(0, -1), true] : [value, false];
        if (any ? !packet.inInterface.startsWith(name) : packet.inInterface !== name) return;
        break;
      }
      case "-s":
        if (!inside(value, packet.source)) return;
        break;
      case "-p":
        if (value !== packet.protocol) return;
        break;
      case "--dport":
        if (Number(value) !== packet.destinationPort) return;
        break;
      case "--ctorigdst":
        if (!inside(value, packet.originalAddress)) return;
        break;
      case "--ctorigdstport":
        if (Number(value) !== packet.originalPort) return;
        break;
      case "--ctstate":
        if (!value.split(",").includes(packet.state)) return;
        break;
      case "--pkt-type":
        return; // packets of the tests are for the machine alone
      case "-m":
      case "--limit":
      case "--limit-burst":
        break; // a module's name; a limit only decides what is logged
      case "-j":
        return value;
      default:
        throw new Error(`unknown option of a rule, got ${option} in "${words.join(" ")}"`);
    }
  }
  return undefined;
}

function inside(range: string, address: string): boolean {
  const cidr = parseCidr(range.includes("/") ? range : `${range}/32`);
  const value = parseAddress(address);
  return cidr !== undefined && value !== undefined && contains(cidr, value);
}
