import { parseRule, sameRule, type FirewallRule } from "./iptables";
import { parseScript } from "./shell";

/** The chains of one address family's filter table, as far as scripts were seen to fill them. */
export class Firewall {
  readonly chains = new Map<string, FirewallRule[]>();
  /** What becomes of packets that no rule of a built-in chain decides; ACCEPT where it is not set. */
  readonly policies = new Map<string, string>();

  chain(name: string): FirewallRule[] {
    const rules = this.chains.get(name) ?? [];
    this.chains.set(name, rules);
    return rules;
  }

  /** Applies the words behind `iptables`; false when the command would have failed. */
  apply(words: string[]): boolean {
    const { command, chain, number, rest, table } = split(words);
    if (table !== "filter" || !command) return true;
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

  /** Applies the input of `iptables-restore`. */
  restore(text: string, keepOthers: boolean): void {
    let table = "filter";
    for (const line of text.split("\n").map((l) => l.trim())) {
      if (line.startsWith("*")) {
        table = line.slice(1);
        if (table === "filter" && !keepOthers) this.chains.clear();
      }
      if (table !== "filter") continue;
      const [, declared, policy = "-"] = /^:(\S+)(?:\s+(\S+))?/.exec(line) ?? [];
      // Without a flush of all, only chains that are not built in are emptied.
      if (declared && (policy === "-" || !keepOthers)) this.chain(declared).length = 0;
      if (declared && policy !== "-") this.policies.set(declared, policy);
      if (declared) continue;
      if (line.startsWith("-")) this.apply(parseScript(line)[0]?.words ?? []);
    }
  }
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

function split(words: string[]) {
  const rest = words.slice();
  const result = {
    command: "",
    chain: "",
    table: "filter",
    number: undefined as number | undefined,
  };
  const kept: string[] = [];
  while (rest.length) {
    const word = rest.shift() ?? "";
    const command = LONG[word] ?? word;
    if (word === "-w" || word === "--wait") {
      if (/^\d+$/.test(rest[0] ?? "")) rest.shift();
    } else if (word === "-t" || word === "--table") result.table = rest.shift() ?? "";
    else if (!result.command && /^-[AIRDCFNXPLSZ]$/.test(command)) {
      result.command = command;
      if (rest[0] && !rest[0].startsWith("-")) result.chain = rest.shift() ?? "";
      if (/^[IRD]$/.test(command.slice(1)) && /^\d+$/.test(rest[0] ?? "")) {
        result.number = Number(rest.shift());
      }
    } else kept.push(word);
  }
  return { ...result, rest: kept };
}
