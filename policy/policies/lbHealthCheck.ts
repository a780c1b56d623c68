import type { StackValidationPolicy } from "@pulumi/policy";
import { settingsOf } from "../haproxy";
import { labOf, PRIVATE_BRIDGES, type BridgesConfig } from "../labFacts";
import { isFallback } from "../script/failOpen";
import { linesOf, says, type Section } from "../script/haproxy";

/** Without a check a target that is gone gets its share of requests all the same. */
export const lbHealthCheck: StackValidationPolicy = {
  name: "lb-health-check-enabled",
  description:
    "HAProxy checks every target, and over HTTP where it balances HTTP; targets without checks get " +
    "requests only while no checked one is healthy.",
  enforcementLevel: "mandatory",
  configSchema: { properties: { privateBridges: PRIVATE_BRIDGES } },
  validateStack: async (args, reportViolation) => {
    const lab = labOf(args.resources, args.getConfig<BridgesConfig>());
    for (const { container, sections, complete } of await settingsOf(lab)) {
      const report = (fault: string) =>
        reportViolation(`${container.label}: ${fault}`, container.urn);
      if (!sections) {
        if (complete) report("no haproxy.cfg, got none; copy it as a text asset");
        continue;
      }
      for (const section of sections.filter(({ kind }) => /^(backend|listen)$/.test(kind))) {
        const fault = faultOf(section);
        if (fault && isFallback(section, sections, (other) => !faultOf(other))) continue;
        if (fault) report(`${section.kind} ${section.name} ${fault}`);
      }
    }
  },
};

function faultOf(section: Section): string | undefined {
  const servers = linesOf(section, "server");
  if (servers.length === 0) return undefined;
  const shared = [...section.defaults, ...section.lines].filter(([w]) => w === "default-server");
  for (const [, name = "", , ...options] of servers) {
    const words = [...shared.flat(), ...options];
    if (words.lastIndexOf("check") > words.lastIndexOf("no-check")) continue;
    return `does not check a target, got server ${name} without check; add check to default-server`;
  }
  const slow = boundFault(shared.flat(), servers);
  if (slow) return slow;
  const isHttp = says(section, "mode", "http") && !says(section, "mode", "tcp");
  const isChecked = says(section, "option", "httpchk");
  if (!isHttp || isChecked) return isChecked ? expectFault(section) : undefined;
  return "checks only that a port is open, got no option httpchk; add it, and http-check send";
}

/** A check that comes too late is none: as long as an ALB's may take, and as many tries. */
function boundFault(shared: string[], servers: string[][]): string | undefined {
  for (const [, name = "", , ...options] of servers) {
    const words = [...shared, ...options];
    const of = (word: string) => {
      const at = words.lastIndexOf(word);
      return at < 0 ? undefined : (words[at + 1] ?? "");
    };
    for (const word of ["inter", "fastinter", "downinter"]) {
      const given = of(word);
      if (given === undefined || milliseconds(given) <= MAX_INTERVAL_MS) continue;
      return `checks a target too seldom, got ${word} ${given} for server ${name}; at most 300s`;
    }
    for (const word of ["fall", "rise"]) {
      const given = of(word);
      if (given === undefined || Number(given) <= MAX_TRIES) continue;
      return `needs too many checks, got ${word} ${given} for server ${name}; at most ${MAX_TRIES}`;
    }
    if (words.includes("disabled") || of("init-state") === "fully-up") {
      return `does not check a target from the start, got server ${name}; take disabled out`;
    }
  }
  return undefined;
}

const MAX_INTERVAL_MS = 300_000;
const MAX_TRIES = 10;
const UNITS: Readonly<Record<string, number>> = {
  us: 0.001,
  ms: 1,
  "": 1,
  s: 1000,
  m: 60_000,
  h: 3.6e6,
  d: 8.64e7,
};

/** HAProxy's spelling of a time. Anything else counts as endless. */
function milliseconds(text: string): number {
  const [, number, unit = ""] = /^(\d+)(us|ms|s|m|h|d)?$/.exec(text) ?? [];
  return number === undefined ? Infinity : Number(number) * (UNITS[unit] ?? Infinity);
}

/** Only an answer that says "well" counts: 2xx, or a single 3xx. */
function expectFault(section: Section): string | undefined {
  const rules = [...section.defaults, ...section.lines].filter((line) => {
    return line[0] === "http-check" && line[1] === "expect";
  });
  const wrong = rules.find((line) => {
    const at = line.indexOf("status");
    const [first = "", last = first] = (line[at + 1] ?? "").split("-");
    const isRange = at > 0 && !line.includes("!") && Number(first) >= 200 && Number(last) <= 399;
    const isRegex =
      line.includes("rstatus") && /^\^?[([]?[23]/.test(line.at(-1) ?? "") && !line.includes("!");
    const isText = (line.includes("string") || line.includes("rstring")) && !line.includes("!");
    return !((isRange && Number(last) - Number(first) <= 99) || isRegex || isText);
  });
  return wrong && `takes errors for health, got ${wrong.join(" ")}; expect status 200-299`;
}
