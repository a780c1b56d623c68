import type { StackValidationPolicy } from "@pulumi/policy";
import { addressNumber, parseCidr } from "../cidr";
import type { Container } from "../cts";
import { settingsOf } from "../haproxy";
import { labOf, PRIVATE_BRIDGES, type BridgesConfig, type Lab } from "../labFacts";
import { boundPorts, isStats, portsOf } from "../labPorts";
import { linesOf, says, type Section } from "../script/haproxy";
import type { OrdinaryRequest } from "../script/haproxyConditions";
import { interception, isSentOnce } from "../script/haproxyRequests";

/** Fewer connections or tries than these shut clients out; more tries keep them waiting. */
const LEAST = { section: 100, server: 2, rate: 100 };
const MOST_RETRIES = 10;
/** What may have reached a target is tried again after these. */
const REPEATS =
  /^(empty-response|junk-response|response-timeout|0rtt-rejected|all-retryable-errors|\d{3})$/;

/** A load balancer that answers by itself serves nobody, however healthy its targets are. */
export const lbRequests: StackValidationPolicy = {
  name: "lb-requests-served",
  description:
    "HAProxy hands ordinary requests on to the target group, once if they change something, and their " +
    "answers back: no rule refuses, answers or redirects them, and no cap keeps them out.",
  enforcementLevel: "mandatory",
  configSchema: { properties: { privateBridges: PRIVATE_BRIDGES } },
  validateStack: async (args, reportViolation) => {
    const lab = labOf(args.resources, args.getConfig<BridgesConfig>());
    const { open } = await portsOf(lab, {});
    for (const { container, sections = [] } of await settingsOf(lab)) {
      for (const section of sections) {
        const fault =
          faultOf(section, sections, clientOf(container, lab)) ?? nowhereFault(section, open);
        if (!fault) continue;
        const where = `${section.kind} ${section.name}`.trim();
        reportViolation(`${container.label}: ${where} ${fault}`, container.urn);
      }
    }
  },
};

/** Somebody in the load balancer's own LAN, whom a rule for strangers does not mean. */
function clientOf({ interfaces }: Container, { bridges }: Lab): string {
  const nic = interfaces.find(({ bridge }) => !bridges.has(bridge ?? "")) ?? interfaces[0];
  const cidr = nic?.cidr === undefined ? undefined : parseCidr(nic.cidr);
  const own = addressNumber(nic?.address ?? "");
  if (!cidr || own === undefined) return "192.168.1.77";
  const other = cidr.network + ((cidr.network + 77 === own ? 78 : 77) % 2 ** (32 - cidr.prefix));
  return [24, 16, 8, 0].map((shift) => Math.floor(other / 2 ** shift) % 256).join(".");
}

function faultOf(section: Section, sections: Section[], client: string): string | undefined {
  const capped = capFault(section);
  if (capped) return capped;
  const isFront = /^(frontend|listen)$/.test(section.kind) && !isStats(section);
  const isBack = /^(backend|listen)$/.test(section.kind) && linesOf(section, "server").length > 0;
  if (!isFront && !isBack) return undefined;
  if (linesOf(section, "disabled").length > 0) return "serves nobody, got disabled; take it out";
  for (const request of ordinaryRequests(section, sections, client)) {
    const found = interception(section, request);
    if (!found) continue;
    const which = `${request.method} ${request.path}`;
    return found.isCertain
      ? `keeps ordinary requests from the targets, for a rule ${found.what}, got ${JSON.stringify(found.line)} for ` +
          `${which}; give it a condition that such requests do not meet, or take it out`
      : `has a rule that cannot be judged, for its condition is not known, got ${JSON.stringify(found.line)}; ` +
          "use path, method, src or a header";
  }
  return isFront ? undefined : repeated(section, sections, client);
}

function capFault(section: Section): string | undefined {
  for (const [word, given = ""] of section.lines) {
    if (word === "maxconn" && Number(given) > 0 && Number(given) < LEAST.section) {
      return `lets in too few, got maxconn ${given}; at least ${LEAST.section}`;
    }
    if (word === "retries" && !(Number(given) <= MOST_RETRIES)) {
      return `keeps clients waiting, got retries ${given}; at most ${MOST_RETRIES}`;
    }
    const rate = section.lines.find((line) => line[0] === "rate-limit")?.[2];
    if (rate !== undefined && Number(rate) < LEAST.rate) {
      return `lets in too few, got rate-limit sessions ${rate}; at least ${LEAST.rate}`;
    }
    if (word !== "server" && word !== "default-server") continue;
    const line = section.lines.find((one) => one[0] === word && isNarrow(one));
    if (line)
      return `lets too few through to a target, got ${line.join(" ")}; at least maxconn ${LEAST.server}`;
  }
  return undefined;
}

function isNarrow(words: string[]): boolean {
  const at = words.indexOf("maxconn");
  const given = at < 0 ? 0 : Number(words[at + 1]);
  return given > 0 && given < LEAST.server;
}

/** No target group at all, and nothing that answers in its place. Other ports are another policy's. */
function nowhereFault(section: Section, open: number[]): string | undefined {
  if (section.kind !== "frontend" || isStats(section)) return undefined;
  const leads = linesOf(section, "default_backend").length + linesOf(section, "use_backend").length;
  const answers = section.lines.some(
    (line) => line.includes("redirect") || line.includes("return"),
  );
  if (leads > 0 || answers || !boundPorts(section).some((port) => open.includes(port))) {
    return undefined;
  }
  return "leads to no target group, got no default_backend; name one";
}

function ordinaryRequests(
  section: Section,
  sections: Section[],
  client: string,
): OrdinaryRequest[] {
  const binds = linesOf(section, "bind");
  const secure = binds.length > 0 && binds.every((words) => words.includes("ssl"));
  const [port = 80] = boundPorts(section);
  const paths = new Set(["/", ...sections.flatMap(checkedPath)]);
  const base = { client, secure, port };
  return [
    ...[...paths].map((path) => ({ ...base, method: "GET", path })),
    { ...base, method: "POST", path: "/" },
    { ...base, method: "GET", path: "/any/page" },
  ];
}

function checkedPath(section: Section): string[] {
  return linesOf(section, "http-check", "send").flatMap((line) => {
    const at = line.indexOf("uri");
    return at < 0 ? [] : [line[at + 1] ?? "/"];
  });
}

/** A request that changes something must not be sent to a second target after the first one may have had it. */
function repeated(section: Section, sections: Section[], client: string): string | undefined {
  if (!says(section, "mode", "http") || linesOf(section, "mode", "tcp").length > 0)
    return undefined;
  const own = [...section.defaults, ...section.lines].findLast(([word]) => word === "retry-on");
  const word = own?.slice(1).find((one) => REPEATS.test(one));
  if (word === undefined) return undefined;
  const post = { client, secure: false, port: 80, method: "POST", path: "/" };
  if (isSentOnce([section], post)) return undefined;
  const fronts = sections.filter(
    (one) => one.kind === "frontend" && !isStats(one) && leadsTo(one, section.name),
  );
  if (
    (section.kind === "backend" || fronts.length > 0) &&
    fronts.every((one) => isSentOnce([one], post))
  )
    return undefined;
  return (
    `may send a request that changes something twice, got retry-on ${word}; add ` +
    '"http-request disable-l7-retry unless METH_GET" to its listeners'
  );
}

const leadsTo = ({ lines }: Section, name: string) =>
  lines.some(([word, to]) => /^(default|use)_backend$/.test(word ?? "") && to === name);
