import { contains, parseCidr } from "../cidr";

/** A packet as nft's rules see it; what is not told is not known. */
export interface NftPacket {
  iifname: string;
  oifname: string;
  saddr: string;
  daddr: string;
  protocol: string;
  port: number;
  ether: string;
  ethertype: string;
}

interface Chain {
  hook?: string;
  priority: number;
  policy: string;
  rules: string[][];
}
interface Table {
  family: string;
  chains: Map<string, Chain>;
  sets: Map<string, string[]>;
}

/** The tables that texts for `nft -f` leave behind. */
export class Ruleset {
  readonly tables = new Map<string, Table>();
  /** Lines that are not followed. */
  readonly unknown: string[] = [];
  private readonly lasting = new Set<string>();

  load(text: string): void {
    const tokens = tokensOf(text);
    for (let at = 0; at < tokens.length;) at = this.statement(tokens, at);
    // An address that is put in for good: whoever has it gets out for ever.
    this.unknown.push(...this.lasting);
    this.lasting.clear();
  }

  private statement(tokens: string[], start: number): number {
    const [verb = "", family = "", name = ""] = tokens.slice(start, start + 3);
    if (/^[;\n]$/.test(verb)) return start + 1;
    const end = endOfLine(tokens, start);
    const key = `${family} ${name}`;
    if (verb === "table") {
      const table = this.tables.get(key) ?? { family, chains: new Map(), sets: new Map() };
      this.tables.set(key, table);
      if (tokens[start + 3] !== "{") return end;
      const close = closing(tokens, start + 3);
      this.body(table, tokens.slice(start + 4, close));
      return close + 1;
    }
    if (verb === "delete" && family === "table") {
      this.tables.delete(tokens.slice(start + 2, start + 4).join(" "));
      return end;
    }
    const words = tokens.slice(start, end).filter((word) => word !== "\n");
    this.element(words);
    return end;
  }

  /** Puts an address into a set, for a while, or takes it out. */
  private element(words: string[]): void {
    const line = words.join(" ");
    const [, verb = "", what, set = "", address = "", timeout] =
      /^(add|delete|flush) (element|set) (\S+ \S+ \S+)(?: \{ ([\d.]+)( timeout \w+)? \})?$/.exec(
        line,
      ) ?? [];
    const key = `add element ${set} { ${address} }`;
    if (what === undefined || (verb !== "flush" && address === "")) this.unknown.push(line);
    else if (verb === "add" && !timeout) this.lasting.add(key);
    else if (verb === "delete") this.lasting.delete(key);
  }

  private body(table: Table, tokens: string[]): void {
    for (let at = 0; at < tokens.length; at += 1) {
      const [kind, name = ""] = [tokens[at], tokens[at + 1]];
      if (kind !== "chain" && kind !== "set" && kind !== "map") continue;
      const close = closing(tokens, at + 2);
      const inner = tokens.slice(at + 3, close);
      if (kind === "chain") table.chains.set(name, chainOf(inner));
      else table.sets.set(name, elementsOf(inner));
      at = close;
    }
  }
}

function chainOf(tokens: string[]): Chain {
  const chain: Chain = { priority: 0, policy: "accept", rules: [] };
  for (const line of linesOf(tokens)) {
    const [first] = line;
    if (first === "type") {
      chain.hook = line[line.indexOf("hook") + 1];
      const words = line.slice(line.indexOf("priority") + 1).join(" ");
      const base = { raw: -300, mangle: -150, dstnat: -100, filter: 0, security: 50, srcnat: 100 };
      const [, name = "", number = "0"] = /^([a-z]*)\s*(-?\s*\d+)?/.exec(words) ?? [];
      chain.priority = (base[name as keyof typeof base] ?? 0) + Number(number.replace(/\s/g, ""));
    } else if (first === "policy") chain.policy = line[1] ?? "accept";
    else chain.rules.push(line);
  }
  return chain;
}

function elementsOf(tokens: string[]): string[] {
  const at = tokens.indexOf("elements");
  if (at < 0) return [];
  const inner = tokens.slice(at + 3, closing(tokens, at + 2));
  return inner
    .filter((word) => word !== "\n")
    .join(" ")
    .split(" , ")
    .map((one) => one.replace(/ ?,$/, "").trim())
    .filter(Boolean);
}

/** Lines of a chain; braces of a set stay within their line. */
function linesOf(tokens: string[]): string[][] {
  const lines: string[][] = [[]];
  let depth = 0;
  for (const token of tokens) {
    if (token === "{") depth += 1;
    if (token === "}") depth -= 1;
    if ((token === "\n" || token === ";") && depth === 0) lines.push([]);
    else if (token !== "\n") lines.at(-1)?.push(token);
  }
  return lines.filter((line) => line.length > 0);
}

function tokensOf(text: string): string[] {
  return text.replace(/#.*$/gm, "").match(/"[^"]*"|[{};,\n]|[^\s{};,"]+/g) ?? [];
}

function closing(tokens: string[], open: number): number {
  let depth = 0;
  for (let at = open; at < tokens.length; at += 1) {
    if (tokens[at] === "{") depth += 1;
    if (tokens[at] === "}" && (depth -= 1) === 0) return at;
  }
  return tokens.length;
}

function endOfLine(tokens: string[], start: number): number {
  let depth = 0;
  for (let at = start; at < tokens.length; at += 1) {
    if (tokens[at] === "{") depth += 1;
    if (tokens[at] === "}") depth -= 1;
    if (depth === 0 && /^[;\n]$/.test(tokens[at] ?? "")) return at;
  }
  return tokens.length;
}

type Verdict = "accept" | "drop" | undefined;

/** What becomes of a connection's first packet at a hook. Where a match is not known, an accept matches. */
export function decide(
  rules: Ruleset,
  family: string,
  hook: string,
  packet: Partial<NftPacket>,
): Verdict {
  for (const table of rules.tables.values()) {
    if (table.family !== family) continue;
    for (const chain of table.chains.values()) {
      if (chain.hook !== hook) continue;
      // An accept leaves the packet to the next chain of the hook; a drop is final.
      if ((walk(chain, table, packet, 0) ?? chain.policy) === "drop") return "drop";
    }
  }
  return "accept";
}

function walk(
  chain: Chain,
  table: Table,
  packet: Partial<NftPacket>,
  depth: number,
): Verdict | "return" {
  if (depth > 8) return undefined;
  for (const rule of chain.rules) {
    const end = rule.findIndex((word) =>
      /^(accept|drop|return|goto|jump|reject|queue|masquerade|continue)$/.test(word),
    );
    if (end < 0) continue; // it logs or counts
    const verdict = rule[end] ?? "";
    const opens = verdict === "accept" || verdict === "return";
    if (!matches(rule.slice(0, end), table, packet, opens)) continue;
    if (verdict === "accept" || verdict === "drop") return verdict;
    if (verdict === "reject") return "drop";
    if (verdict === "return") return "return";
    const next = table.chains.get(rule[end + 1] ?? "");
    const inner = next && walk(next, table, packet, depth + 1);
    if (inner === "accept" || inner === "drop") return inner;
    if (verdict === "goto") return undefined;
  }
  return undefined;
}

const READ: Readonly<Record<string, (packet: Partial<NftPacket>) => string | undefined>> = {
  iifname: ({ iifname }) => iifname,
  oifname: ({ oifname }) => oifname,
  "ip saddr": ({ saddr }) => saddr,
  "ip daddr": ({ daddr }) => daddr,
  "ether saddr": ({ ether }) => ether,
  "ether type": ({ ethertype }) => ethertype,
  "tcp dport": ({ port, protocol = "tcp" }) => (protocol === "tcp" ? String(port) : "none"),
  "udp dport": ({ port, protocol = "tcp" }) => (protocol === "udp" ? String(port) : "none"),
  "th dport": ({ port }) => String(port),
  "meta l4proto": ({ protocol = "tcp" }) => protocol,
  "ct state": () => "new",
};

/** @param unsure what a match counts as that cannot be judged */
function matches(
  words: string[],
  table: Table,
  packet: Partial<NftPacket>,
  unsure: boolean,
): boolean {
  let rest = words.filter((word) => word !== "\n");
  while (rest.length > 0) {
    const joined = keyOf(rest);
    if (joined === undefined) {
      if (/^(limit|log|counter|comment)$/.test(rest[0] ?? "")) {
        // A limit lets through what is beyond it: only an accept counts as always meant.
        return rest[0] === "limit" ? unsure : true;
      }
      return unsure;
    }
    const { keys, length } = joined;
    rest = rest.slice(length);
    const isNot = rest[0] === "!=";
    if (isNot || rest[0] === "==") rest = rest.slice(1);
    const { values, used } = valuesOf(rest, table);
    rest = rest.slice(used);
    const own = keys.map((key) => READ[key]?.(packet));
    const { ethertype } = packet;
    if (keys.some((key) => /^ip /.test(key)) && (ethertype === "ip6" || ethertype === "arp"))
      return false;
    if (keys.some((key) => /^arp /.test(key)) && ethertype !== undefined && ethertype !== "arp")
      return false;
    if (own.some((one) => one === undefined)) return unsure;
    const found = values.some((value) => {
      const parts = value.split(" . ");
      return own.every((one, i) => isIn(one ?? "", parts[i] ?? "")) && parts.length === own.length;
    });
    if (found === isNot) return false;
  }
  return true;
}

function keyOf(words: string[]): { keys: string[]; length: number } | undefined {
  const keys: string[] = [];
  let at = 0;
  for (;;) {
    const two = words.slice(at, at + 2).join(" ");
    const one = words[at] ?? "";
    const key = READ[two]
      ? two
      : READ[one]
        ? one
        : /^(arp saddr)$/.test(two)
          ? words.slice(at, at + 3).join(" ")
          : undefined;
    if (key === undefined) return undefined;
    keys.push(key);
    at += key.split(" ").length;
    if (words[at] !== ".") return { keys, length: at };
    at += 1;
  }
}

function valuesOf(words: string[], table: Table): { values: string[]; used: number } {
  const [first = ""] = words;
  if (first.startsWith("@")) return { values: table.sets.get(first.slice(1)) ?? [], used: 1 };
  if (first === "{") {
    const close = closing(words, 0);
    return { values: words.slice(1, close).filter((word) => word !== ","), used: close + 1 };
  }
  const list = [first];
  let used = 1;
  while (words[used] === ",") {
    list.push(words[used + 1] ?? "");
    used += 2;
  }
  return { values: list, used };
}

function isIn(value: string, range: string): boolean {
  const plain = range.replaceAll('"', "").replace(/ timeout .*$/, "");
  if (plain === value) return true;
  if (plain.endsWith("*")) return value.startsWith(plain.slice(0, -1));
  const cidr = plain.includes("/") ? parseCidr(plain) : undefined;
  return cidr !== undefined && contains(cidr, value);
}
