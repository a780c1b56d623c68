import type { StackValidationPolicy } from "@pulumi/policy";
import { settingsOf } from "../haproxy";
import { labOf, PRIVATE_BRIDGES, type BridgesConfig } from "../labFacts";
import { isFallback } from "../script/failOpen";
import { linesOf, says, type Section } from "../script/haproxy";
import { milliseconds } from "../script/haproxyTimes";

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
      const time = given === undefined ? MIN_INTERVAL_MS : milliseconds(given);
      if (time > MAX_INTERVAL_MS) {
        return `checks a target too seldom, got ${word} ${given} for server ${name}; at most 300s`;
      }
      if (time < MIN_INTERVAL_MS) {
        return `wears a target out with checks, got ${word} ${given} for server ${name}; at least 10ms`;
      }
    }
    for (const word of ["fall", "rise"]) {
      const given = of(word);
      if (given === undefined || Number(given) <= MAX_TRIES) continue;
      return `needs too many checks, got ${word} ${given} for server ${name}; at most ${MAX_TRIES}`;
    }
    const errors = of("error-limit");
    if (errors !== undefined && !(Number(errors) <= MAX_ERRORS)) {
      return `forgives a target too much, got error-limit ${errors} for server ${name}; at most ${MAX_ERRORS}`;
    }
    if (words.includes("disabled") || of("init-state") === "fully-up") {
      return `does not check a target from the start, got server ${name}; take disabled out`;
    }
  }
  return undefined;
}

const MIN_INTERVAL_MS = 10;
const MAX_INTERVAL_MS = 300_000;
const MAX_TRIES = 10;
const MAX_ERRORS = 100;

/** Only an answer of the target itself that says "well" counts: 2xx, or a single 3xx. */
function expectFault(section: Section): string | undefined {
  const rules = [...section.defaults, ...section.lines].filter(([word]) => word === "http-check");
  const elsewhere = rules.find((line) => {
    return (
      line[1] === "connect" &&
      line.some((word) => /^(addr|port|socks4|via-socks4|proto)$/.test(word))
    );
  });
  if (elsewhere)
    return `checks something else than the target, got ${elsewhere.join(" ")}; take it out`;
  const lenient = rules.find(([, action]) => action === "disable-on-404");
  if (lenient)
    return `keeps a target that does not know its path, got ${lenient.join(" ")}; take it out`;
  const method = asked(section, rules);
  if (method !== undefined && !/^(GET|HEAD|OPTIONS)$/.test(method)) {
    return `changes something by its checks, got method ${method}; use GET`;
  }
  const wrong = rules.find((line) => line[1] === "expect" && !saysWell(line));
  return wrong && `takes errors for health, got ${wrong.join(" ")}; expect status 200-299`;
}

/** Method of the check's request; undefined where HAProxy's own is taken. */
function asked(section: Section, rules: string[][]): string | undefined {
  const send = rules.findLast(([, action]) => action === "send");
  const at = send?.indexOf("meth") ?? -1;
  if (send && at >= 0) return send[at + 1];
  const words = linesOf(section, "option", "httpchk").at(-1)?.slice(2) ?? [];
  return words.length > 1 ? words[0] : undefined;
}

/** No wrong status is among those that the rule takes; a text must be one. */
function saysWell(line: string[]): boolean {
  if (line.includes("!")) return false;
  const kind = line.findLastIndex((word) => /^r?(status|string)$/.test(word));
  const given = line[kind + 1] ?? "";
  switch (line[kind] ?? "") {
    case "status":
      return given.split(",").every((part) => {
        const [first = "", last = first] = part.split("-");
        return Number(first) >= 200 && Number(last) <= 399 && Number(last) - Number(first) <= 99;
      });
    case "rstatus":
      return statuses(given).every((status) => status >= 200 && status < 400);
    case "string":
      return given.length > 1;
    case "rstring":
      return given.length > 1 && !matches(given, "");
    default:
      return false;
  }
}

/** Those that a pattern matches; all of them where it is none. */
const statuses = (pattern: string) =>
  Array.from({ length: 500 }, (_, i) => 100 + i).filter((status) =>
    matches(pattern, String(status)),
  );

function matches(pattern: string, text: string): boolean {
  try {
    return new RegExp(pattern).test(text);
  } catch {
    return true;
  }
}
