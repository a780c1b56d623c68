import { parseRule, sameRule, type FirewallRule } from "./iptables";
import { plainWords } from "./words";

/** The chains of one table of an address family, as far as scripts were seen to fill them. */
export class Table {
  readonly chains = new Map<string, FirewallRule[]>();
  /** What becomes of packets that no rule of a built-in chain decides; ACCEPT where it is not set. */
  readonly policies = new Map<string, string>();

  chain(name: string): FirewallRule[] {
    const rules = this.chains.get(name) ?? [];
    this.chains.set(name, rules);
    return rules;
  }

  /** Applies a command to the table; false when it would have failed. */
  apply({ command, chain, number, rest }: Change): boolean {
    const rules = this.chain(chain);
    const rule = parseRule(rest);
    const index = rules.findIndex((known) => sameRule(known, rule));
    switch (command) {
      case "-A":
        rules.push(rule);
        return true;
      case "-I":
        rules.splice((number ?? 1) - 1, 0, rule);
        return true;
      case "-R":
        if (number !== undefined) rules.splice(number - 1, 1, rule);
        return true;
      case "-D":
        if (number !== undefined) rules.splice(number - 1, 1);
        else if (index >= 0) rules.splice(index, 1);
        return number !== undefined || index >= 0;
      case "-C":
        return index >= 0;
      case "-F":
        if (chain) rules.length = 0;
        else this.chains.clear();
        return true;
      case "-P":
        this.policies.set(chain, rest[0] ?? "");
        return true;
      default:
        return true; // -N, -L and the like move no rule
    }
  }
}

/** The tables of one address family. */
export class Firewall {
  private readonly tables = new Map<string, Table>();

  clone(): Firewall {
    const copy = new Firewall();
    for (const [name, { chains, policies }] of this.tables) {
      const table = copy.table(name);
      for (const [chain, rules] of chains) table.chains.set(chain, [...rules]);
      for (const [chain, policy] of policies) table.policies.set(chain, policy);
    }
    return copy;
  }

  clear(): void {
    this.tables.clear();
  }

  /** The chains that guard a CT, and nothing of what Docker or others put there, as one text. */
  guards(): string {
    const of = (table: string, chain: string) => [
      this.table(table).policies.get(chain),
      this.table(table).chains.get(chain) ?? [],
    ];
    const own = [of("filter", "INPUT"), of("mangle", "FORWARD"), of("filter", "DOCKER-USER")];
    return JSON.stringify(own);
  }

  /** Everything in it as one text, for two to be compared. */
  text(): string {
    const lines = [...this.tables].flatMap(([name, { chains, policies }]) => [
      ...[...chains].filter(([, rules]) => rules.length > 0).map((one) => [name, ...one]),
      ...[...policies].map((one) => [name, ...one]),
    ]);
    return lines
      .map((line) => JSON.stringify(line))
      .sort()
      .join("\n");
  }

  table(name: string): Table {
    const table = this.tables.get(name) ?? new Table();
    this.tables.set(name, table);
    return table;
  }

  /** The filter table, which decides unless another one dropped the packet before. */
  get chains(): Map<string, FirewallRule[]> {
    return this.table("filter").chains;
  }

  /** Applies the words behind `iptables`; false when the command would have failed. */
  apply(words: string[], table?: string): boolean {
    const change = split(words);
    if (!change.command) return true;
    return this.table(table ?? change.table).apply(change);
  }

  /** Applies the input of `iptables-restore`. */
  restore(text: string, keepOthers: boolean): void {
    let name = "filter";
    for (const line of text.split("\n").map((l) => l.trim())) {
      if (line.startsWith("*")) {
        name = line.slice(1);
        if (!keepOthers) this.table(name).chains.clear();
      }
      const table = this.table(name);
      const [, declared, policy = "-"] = /^:(\S+)(?:\s+(\S+))?/.exec(line) ?? [];
      // Without a flush of all, only chains that are not built in are emptied.
      if (declared && (policy === "-" || !keepOthers)) table.chain(declared).length = 0;
      if (declared && policy !== "-") table.policies.set(declared, policy);
      if (declared) continue;
      if (line.startsWith("-")) this.apply(plainWords(line), name);
    }
  }
}

interface Change {
  command: string;
  chain: string;
  table: string;
  number: number | undefined;
  rest: string[];
}

const LONG: Readonly<Record<string, string>> = {
  "--append": "-A",
  "--insert": "-I",
  "--replace": "-R",
  "--delete": "-D",
  "--check": "-C",
  "--flush": "-F",
  "--policy": "-P",
};

function split(words: string[]): Change {
  const rest = words.slice();
  const change: Change = { command: "", chain: "", table: "filter", number: undefined, rest: [] };
  while (rest.length) {
    const word = rest.shift() ?? "";
    const command = LONG[word] ?? word;
    if (word === "-w" || word === "--wait") {
      if (/^\d+$/.test(rest[0] ?? "")) rest.shift();
    } else if (word === "-t" || word === "--table") change.table = rest.shift() ?? "";
    else if (!change.command && /^-[AIRDCFNXPLSZ]$/.test(command)) {
      change.command = command;
      if (rest[0] && !rest[0].startsWith("-")) change.chain = rest.shift() ?? "";
      if (/^[IRD]$/.test(command.slice(1)) && /^\d+$/.test(rest[0] ?? "")) {
        change.number = Number(rest.shift());
      }
    } else change.rest.push(word);
  }
  return change;
}
