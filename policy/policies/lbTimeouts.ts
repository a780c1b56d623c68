import type { StackValidationPolicy } from "@pulumi/policy";
import { settingsOf } from "../haproxy";
import { labOf, PRIVATE_BRIDGES, type BridgesConfig } from "../labFacts";
import { linesOf, says, type Section } from "../script/haproxy";
import { milliseconds } from "../script/haproxyTimes";

const SECOND = 1000;
const DAY = 86_400 * SECOND;
/** The shortest and the longest that a time may be, in milliseconds. */
const BOUNDS: Readonly<Record<string, readonly [least: number, most: number]>> = {
  client: [SECOND, DAY],
  server: [SECOND, DAY],
  connect: [50, 300 * SECOND],
  check: [10, 300 * SECOND],
  queue: [100, 3600 * SECOND],
  "http-request": [500, 300 * SECOND],
  "http-keep-alive": [100, DAY],
  "client-fin": [100, DAY],
  "server-fin": [100, DAY],
  tunnel: [SECOND, 7 * DAY],
  "client-hs": [500, 300 * SECOND],
};
const LEAST_STOP = SECOND;

/** A time that nobody can keep refuses everybody; one without an end lets clients hold what others need. */
export const lbTimeouts: StackValidationPolicy = {
  name: "lb-timeouts-bounded",
  description:
    "HAProxy waits for clients, targets, connections and checks for a time that ordinary ones keep, and " +
    "not for ever.",
  enforcementLevel: "mandatory",
  configSchema: { properties: { privateBridges: PRIVATE_BRIDGES } },
  validateStack: async (args, reportViolation) => {
    const lab = labOf(args.resources, args.getConfig<BridgesConfig>());
    for (const { container, sections = [] } of await settingsOf(lab)) {
      for (const fault of new Set(sections.flatMap(faultsOf))) {
        reportViolation(`${container.label}: ${fault}`, container.urn);
      }
    }
  },
};

function faultsOf(section: Section): string[] {
  const where = `${section.kind} ${section.name}`.trim();
  const faults = timesOf(section.lines).flatMap(([name, time]) => {
    const fault = boundFault(name, time);
    return fault ? [`${where} ${fault}`] : [];
  });
  for (const [, time = ""] of linesOf(section, "hard-stop-after")) {
    if (milliseconds(time) >= LEAST_STOP) continue;
    faults.push(
      `${where} cuts connections at each reload, got hard-stop-after ${time}; at least 1s`,
    );
  }
  const given = new Set(
    [...timesOf(section.defaults), ...timesOf(section.lines)].map(([name]) => name),
  );
  const missing = needed(section).find((name) => !given.has(name));
  if (!missing) return faults;
  const [least, most] = BOUNDS[missing] ?? [0, 0];
  return [
    ...faults,
    `${where} may wait for ever, got no timeout ${missing}; give one of ${shown(least)} to ${shown(most)}`,
  ];
}

const timesOf = (lines: string[][]): [name: string, time: string][] =>
  lines.filter(([word]) => word === "timeout").map(([, name = "", time = ""]) => [name, time]);

function boundFault(name: string, time: string): string | undefined {
  const [least, most] = BOUNDS[name] ?? [0, Infinity];
  const own = milliseconds(time);
  if (own >= least && own <= most) return undefined;
  const wrong = own === 0 || own > most ? "waits for ever, or nearly" : "gives no time to anybody";
  return `${wrong}, got timeout ${name} ${time}; give ${shown(least)} to ${shown(most)}`;
}

const shown = (time: number) => (time < SECOND ? `${time}ms` : `${time / SECOND}s`);

/** Times that a section must have, of its own or by its defaults. */
function needed(section: Section): string[] {
  const isFront = /^(frontend|listen)$/.test(section.kind);
  const isBack = /^(backend|listen)$/.test(section.kind) && linesOf(section, "server").length > 0;
  const isHttp = says(section, "mode", "http") && !linesOf(section, "mode", "tcp").length;
  const words = [...section.defaults, ...section.lines].flat();
  return [
    ...(isFront ? ["client", ...(isHttp ? ["http-request"] : [])] : []),
    ...(isBack ? ["connect", "server", ...(words.includes("check") ? ["check"] : [])] : []),
  ];
}
