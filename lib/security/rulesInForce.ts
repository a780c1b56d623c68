import type { CtFirewallRules } from "./ctFirewall";
import { FIREWALL_UNIT } from "./installFirewall";
import type { Rules } from "./iptablesRules";
import {
  dockerUserRules,
  forwardRules,
  forwardRulesV6,
  hasDocker,
  inputRules,
  inputRulesV6,
} from "./iptablesRules";

/** Compares the rules that a CT's kernel has with those of its security group. */

/** The rules that a CT's chains must hold. */
export interface WantedRules {
  input: Rules;
  forward: Rules;
  /** The first rules of DOCKER-USER; empty for a CT without Docker. */
  dockerUser: Rules;
  inputV6: Rules;
  forwardV6: Rules;
}

export function wantedRules(ct: CtFirewallRules): WantedRules {
  return {
    input: inputRules(ct),
    forward: forwardRules(ct),
    dockerUser: hasDocker(ct) ? dockerUserRules(ct) : [],
    inputV6: inputRulesV6(),
    forwardV6: forwardRulesV6(),
  };
}

/** Services that put rules of their own in place of ours, as far as Debian has them. */
const RIVALS = ["nftables", "firewalld", "ufw", "netfilter-persistent"];

/** A script that tells, in a CT, all that is judged here; it never fails and changes nothing. */
export const LOOK = `tell() { echo "== $1"; shift; "$@" 2>&1; }
tell filter iptables -w 10 -S
tell mangle iptables -w 10 -t mangle -S FORWARD
tell filter6 ip6tables -w 10 -S INPUT
tell mangle6 ip6tables -w 10 -t mangle -S FORWARD
tell daemon cat /etc/docker/daemon.json
tell rivals systemctl is-active ${RIVALS.join(" ")}
tell load journalctl -q -n 3 --no-pager -o cat -u ${FIREWALL_UNIT}
exit 0`;

/** The answer to LOOK, by section. */
type Sections = Record<string, string[]>;

function sectionsOf(answer: string): Sections {
  const sections: Sections = {};
  let lines: string[] = [];
  for (const line of answer.split("\n")) {
    const name = /^== (\w+)$/.exec(line)?.[1];
    if (name) sections[name] = lines = [];
    else if (line !== "") lines.push(line);
  }
  return sections;
}

/** What is wrong with the rules in force, each with what was found; empty when all is as it must be. */
export function ruleProblems(wanted: WantedRules, answer: string): string[] {
  const sections = sectionsOf(answer);
  const found = (name: string) => sections[name] ?? [];
  return [
    ...builtIn("INPUT", found("filter"), wanted.input),
    ...builtIn("FORWARD", found("mangle"), wanted.forward, " of the mangle table"),
    ...builtIn("INPUT", found("filter6"), wanted.inputV6, " of IPv6"),
    ...builtIn("FORWARD", found("mangle6"), wanted.forwardV6, " of IPv6's mangle table"),
    ...(wanted.dockerUser.length > 0 ? dockerProblems(wanted.dockerUser, sections) : []),
  ];
}

/** A chain that is wholly ours: its policy, and every rule in order. */
function builtIn(chain: string, lines: string[], wanted: Rules, where = ""): string[] {
  const policy = lines.find((line) => line.startsWith(`-P ${chain} `)) ?? "no chain";
  if (policy !== `-P ${chain} DROP`) {
    return [`${chain}${where} does not drop by default: ${policy}`];
  }
  const rules = rulesOf(lines, chain);
  const most = Math.max(rules.length, wanted.length);
  const places = Array.from({ length: most }, (_, i) => i);
  const at = places.find((i) => normal(rules[i]) !== normal(wanted[i]));
  if (at === undefined) return [];
  return [`rule ${at + 1} of ${chain}${where} is not ours: ${rules[at] ?? "none"}`];
}

/** Targets of rules that open nothing: faults put such rules before ours. */
const CLOSING = /(^| )-j (DROP|REJECT|NFLOG|LOG)( |$)/;

function dockerProblems(wanted: Rules, sections: Sections): string[] {
  const filter = sections.filter ?? [];
  const problems: string[] = [];
  const jump = rulesOf(filter, "FORWARD").find((rule) => !CLOSING.test(rule));
  if (jump !== "-j DOCKER-USER") {
    problems.push(`FORWARD does not jump to DOCKER-USER first: ${jump ?? "none"}`);
  }
  const own = rulesOf(filter, "DOCKER-USER");
  const at = wanted.findIndex((rule, i) => normal(rule) !== normal(own[i]));
  if (at >= 0) problems.push(`rule ${at + 1} of DOCKER-USER is not ours: ${own[at] ?? "none"}`);
  const setting = dockerSetting(sections);
  if (setting) problems.push(`Docker does not use DOCKER-USER: ${setting}`);
  return problems;
}

/** The setting of daemon.json by which Docker leaves iptables alone. */
function dockerSetting(sections: Sections): string | undefined {
  const text = (sections.daemon ?? []).join(" ");
  const set = /"iptables"\s*:\s*false|"firewall-backend"\s*:\s*"nftables"/.exec(text);
  return set?.[0];
}

function rulesOf(lines: string[], chain: string): string[] {
  const start = `-A ${chain} `;
  return lines.filter((line) => line.startsWith(start)).map((line) => line.slice(start.length));
}

/** Two spellings of one rule are equal in this form: options sorted, hosts without their prefix. */
function normal(rule: string | undefined): string {
  const options: string[] = [];
  for (const word of rule?.match(/"[^"]*"|\S+/g) ?? []) {
    if (word.startsWith("-") || word === "!" || options.length === 0) options.push(word);
    else options[options.length - 1] += ` ${word.replace(/\/32$/, "")}`;
  }
  const states = (list: string) => list.split(",").sort().join(",");
  return (
    options
      // Names of match modules say nothing by themselves.
      .filter((one) => !one.startsWith("-m "))
      .map((one) =>
        one.replace(/^(--ctstate) (.*)$/, (_, n: string, s: string) => `${n} ${states(s)}`),
      )
      .sort()
      .join(" ")
  );
}

/** What probably did it, and what to do about it. */
export function likelyCause(answer: string): string {
  const sections = sectionsOf(answer);
  const setting = dockerSetting(sections);
  if (setting) {
    return `/etc/docker/daemon.json has ${setting}: take it out and restart docker in the CT`;
  }
  const states = sections.rivals ?? [];
  const rival = RIVALS.find((_, i) => states[i] === "active");
  if (rival === "nftables") {
    return "nftables.service is active and its flush ruleset takes all rules away: mask it in the CT";
  }
  if (rival) return `${rival} is active and sets rules of its own: disable it in the CT`;
  const said = sections.load?.find((line) => /iptables|tables-restore|No such file/.test(line));
  if (said) return `${FIREWALL_UNIT} could not load the rules ("${said}"): look at its journal`;
  return "something in the CT flushes or changes the rules: look for it with iptables -S";
}
