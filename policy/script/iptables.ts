/** One rule of a chain, in a form in which two spellings of the same rule are equal. */
export interface FirewallRule {
  protocol?: string;
  /** Address, with its prefix unless that is a single host's. */
  source?: string;
  destination?: string;
  inInterface?: string;
  outInterface?: string;
  /** Connection states, sorted. */
  states?: string[];
  /** The port that a connection was first sent to, before Docker rewrote it. */
  originalPort?: string;
  destinationPort?: string;
  target?: string;
  /** Conditions and options of any other kind. */
  other: string[];
}

type TextField = Exclude<keyof FirewallRule, "states" | "other">;

const FIELDS: Readonly<Record<string, TextField>> = {
  "-p": "protocol",
  "--protocol": "protocol",
  "-s": "source",
  "--source": "source",
  "--src": "source",
  "-d": "destination",
  "--destination": "destination",
  "--dst": "destination",
  "-i": "inInterface",
  "--in-interface": "inInterface",
  "-o": "outInterface",
  "--out-interface": "outInterface",
  "--ctorigdstport": "originalPort",
  "--dport": "destinationPort",
  "--destination-port": "destinationPort",
  "--dports": "destinationPort",
  "--destination-ports": "destinationPort",
  "-j": "target",
  "--jump": "target",
};

/** Names of match modules say nothing by themselves: their options do. */
const SILENT = new Set(["-m", "--match"]);
/** A comment changes nothing. */
const COMMENT = "--comment";

/** Reads the words of a rule behind its chain. */
export function parseRule(words: string[]): FirewallRule {
  const rule: FirewallRule = { other: [] };
  for (let i = 0; i < words.length; i += 1) {
    const word = words[i] ?? "";
    const value = words[i + 1] ?? "";
    const name = FIELDS[word];
    if (name && words[i - 1] !== "!" && rule[name] === undefined) {
      rule[name] = name === "source" || name === "destination" ? hostOf(value) : value;
      i += 1;
    } else if (word === "--ctstate" && words[i - 1] !== "!") {
      rule.states = value.split(",").sort();
      i += 1;
    } else if (SILENT.has(word) || word === COMMENT) i += 1;
    else rule.other.push(word);
  }
  return rule;
}

/** The rule as an administrator types it. */
export function ruleText(rule: FirewallRule): string {
  const parts: [string, string | undefined][] = [
    ["-p", rule.protocol],
    ["-m conntrack --ctstate", rule.states?.join(",")],
    ["--ctorigdstport", rule.originalPort],
    ["--dport", rule.destinationPort],
    ["-i", rule.inInterface],
    ["-o", rule.outInterface],
    ["-s", rule.source],
    ["-d", rule.destination],
  ];
  const words = parts.filter(([, value]) => value !== undefined).map((part) => part.join(" "));
  return [...words, ...rule.other, ...(rule.target ? [`-j ${rule.target}`] : [])].join(" ");
}

export function sameRule(a: FirewallRule, b: FirewallRule): boolean {
  return ruleText(a) === ruleText(b);
}

function hostOf(address: string): string {
  return address.replace(/\/(32|255\.255\.255\.255|128)$/, "");
}
