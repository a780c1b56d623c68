/**
 * Firewall files: `/etc/pve/firewall/cluster.fw`, `<vmid>.fw` and `host.fw` of a node. Sections with options,
 * aliases, IP sets, rules and security groups.
 */

/** Keys are Proxmox's; what is not set is absent. */
export interface FirewallRule {
  type: string;
  action: string;
  enable: 0 | 1;
  macro?: string;
  iface?: string;
  source?: string;
  dest?: string;
  proto?: string;
  dport?: string;
  sport?: string;
  "icmp-type"?: string;
  log?: string;
  comment?: string;
}

export interface FirewallAlias {
  cidr: string;
  comment?: string;
}

export interface IpSetEntry {
  cidr: string;
  nomatch?: 1;
  comment?: string;
}

/** A named list with a comment: an IP set or a security group. */
export interface Named<T> {
  comment?: string;
  items: T[];
}

export interface FirewallFile {
  options: Map<string, string>;
  aliases: Map<string, FirewallAlias>;
  ipsets: Map<string, Named<IpSetEntry>>;
  rules: FirewallRule[];
  groups: Map<string, Named<FirewallRule>>;
}

/** Options of a rule's line, in the order in which they are written. */
const switches = [
  ["i", "iface"],
  ["source", "source"],
  ["dest", "dest"],
  ["p", "proto"],
  ["dport", "dport"],
  ["sport", "sport"],
  ["icmp-type", "icmp-type"],
  ["log", "log"],
] as const;

export const emptyFirewall = (): FirewallFile => ({
  options: new Map(),
  aliases: new Map(),
  ipsets: new Map(),
  rules: [],
  groups: new Map(),
});

/** Reads a file; lines that mean nothing are left out. */
export function parseFirewall(text: string): FirewallFile {
  const file = emptyFirewall();
  let take: (line: string, comment: string | undefined) => void = () => undefined;
  for (const line of text.split("\n")) {
    if (/^\s*(?:#|$)/.test(line)) continue;
    const [, body = "", remark] = /^(.*?)(?:\s*#\s*(.*?)\s*)?$/.exec(line.trim()) ?? [];
    const comment = remark === "" ? undefined : remark;
    const [, section, name = ""] = /^\[(\w+)(?:\s+(\S+?))?\s*\]$/.exec(body) ?? [];
    if (section === undefined) take(body, comment);
    else take = taker(file, section.toLowerCase(), name, comment);
  }
  return file;
}

/** What takes the lines of a section. */
function taker(file: FirewallFile, section: string, name: string, remark: string | undefined) {
  const named = remark === undefined ? {} : { comment: remark };
  if (section === "ipset") {
    const items: IpSetEntry[] = [];
    file.ipsets.set(name, { ...named, items });
    return (line: string, comment?: string) => void items.push(entryOf(line, comment));
  }
  if (section === "options")
    return (line: string) => {
      const [, key, value] = /^([a-z_]+):\s*(.*)$/.exec(line) ?? [];
      if (key !== undefined) file.options.set(key, value ?? "");
    };
  if (section === "aliases")
    return (line: string, comment?: string) => {
      const [alias = "", cidr = ""] = line.split(/\s+/);
      if (cidr) file.aliases.set(alias, { cidr, ...(comment === undefined ? {} : { comment }) });
    };
  const rules = section === "rules" ? file.rules : [];
  if (section === "group") file.groups.set(name, { ...named, items: rules });
  return (line: string, comment?: string) => {
    const rule = ruleOf(line, comment);
    if (rule) rules.push(rule);
  };
}

function entryOf(line: string, comment: string | undefined): IpSetEntry {
  const nomatch = line.startsWith("!");
  return {
    cidr: nomatch ? line.slice(1).trim() : line,
    ...(nomatch ? { nomatch: 1 } : {}),
    ...(comment === undefined ? {} : { comment }),
  };
}

function ruleOf(line: string, comment: string | undefined): FirewallRule | undefined {
  const [, off, type = "", what = "", rest = ""] =
    /^(\|)?\s*(IN|OUT|FORWARD|GROUP)\s+(\S+)(.*)$/i.exec(line) ?? [];
  if (type === "") return undefined;
  const [, macro, action = what] = /^(\w+)\((\w+)\)$/.exec(what) ?? [];
  const rule: FirewallRule = { type: type.toLowerCase(), action, enable: off ? 0 : 1 };
  if (macro !== undefined) rule.macro = macro;
  for (const [, name, value = ""] of rest.matchAll(/-([\w-]+)\s+(\S+)/g)) {
    const found = switches.find(([option]) => option === name);
    if (found) rule[found[1]] = value;
  }
  if (comment !== undefined) rule.comment = comment;
  return rule;
}

/** The file's text; without anything in it, none. */
export function formatFirewall(file: FirewallFile): string {
  const { options, aliases, ipsets, rules, groups } = file;
  const parts = [
    section(
      "[OPTIONS]",
      [...options].map(([key, value]) => `${key}: ${value}`),
      false,
    ),
    section(
      "[ALIASES]",
      [...aliases].map(([name, a]) => remarked(`${name} ${a.cidr}`, a)),
      false,
    ),
    ...sorted(ipsets).map(([name, set]) =>
      section(
        remarked(`[IPSET ${name}]`, set),
        set.items.map((item) => remarked(`${item.nomatch ? "!" : ""}${item.cidr}`, item)),
      ),
    ),
    section("[RULES]", rules.map(ruleLine), false),
    ...sorted(groups).map(([name, group]) =>
      section(remarked(`[group ${name}]`, group), group.items.map(ruleLine)),
    ),
  ];
  return parts.join("");
}

const sorted = <T>(map: Map<string, T>) => [...map].sort(([a], [b]) => (a < b ? -1 : 1));

const section = (head: string, lines: string[], always = true) =>
  lines.length > 0 || always ? `${head}\n\n${lines.map((line) => `${line}\n`).join("")}\n` : "";

/** A line break in a comment would begin a rule of its own. */
const remarked = (text: string, { comment }: { comment?: string }) =>
  comment === undefined || comment === ""
    ? text
    : `${text} # ${comment.replaceAll(/\s+/g, " ").trim()}`;

function ruleLine(rule: FirewallRule): string {
  const what = rule.macro === undefined ? rule.action : `${rule.macro}(${rule.action})`;
  const options = switches.flatMap(([option, key]) =>
    rule[key] === undefined ? [] : [`-${option} ${rule[key]}`],
  );
  const line = [`${rule.enable ? "" : "|"}${rule.type.toUpperCase()} ${what}`, ...options].join(
    " ",
  );
  return remarked(line, rule);
}
