import type { StackValidationPolicy } from "@pulumi/policy";
import { faultsOf, observe } from "../commands";
import type { Container } from "../cts";
import { settingsOf, type LoadBalancerSetting } from "../haproxy";
import { loadsKnownProgram } from "../luaPrograms";
import { labOf, PRIVATE_BRIDGES } from "../labFacts";
import {
  boundPorts,
  isStats,
  PORT_SETTINGS,
  portsOf,
  type Ports,
  type PortsConfig,
} from "../labPorts";
import { serviceFault } from "../serviceUnits";
import type { Host } from "../script/types";
import { linesOf, parseHaproxy, says, type Section } from "../script/haproxy";
import { strangeWords } from "../script/haproxyWords";

/** First words of lines that neither run anything nor open another way in. */
const KNOWN = new Set(
  (
    "log log-format log-format-sd error-log-format log-tag maxconn nbthread cpu-map hard-stop-after close-spread-time stats " +
    "server-state-file server-state-base user group chroot daemon pidfile spread-checks mode option no " +
    "load-server-state-from-file timeout srvtcpka-cnt srvtcpka-idle srvtcpka-intvl clitcpka-cnt clitcpka-idle clitcpka-intvl bind http-request http-response http-after-response unique-id-format " +
    "unique-id-header use_backend default_backend balance http-check tcp-check default-server server retries " +
    "retry-on acl tcp-request tcp-response stick-table stick cookie compression redirect hash-type fullconn " +
    "description id disabled enabled rate-limit backlog monitor-uri monitor monitor-net errorfile errorloc " +
    "errorloc302 errorloc303 email-alert capture declare filter ssl-default-bind-options ssl-default-bind-ciphers " +
    "ssl-default-bind-ciphersuites ssl-default-server-options ssl-default-server-ciphers ssl-default-server-ciphersuites " +
    "server-template dispatch transparent ssl-dh-param-file ca-base crt-base nameserver parse-resolv-conf resolve_retries hold accepted_payload_size " +
    "busy-polling grace tune default-path strict-limits presetenv ulimit-n node zero-warning"
  ).split(" "),
);
const SECTIONS =
  /^(global|defaults|frontend|backend|listen|userlist|resolvers|cache|peers|http-errors|ring)$/;
/** Where a log may go to: it tells who asked for what. */
const LOCAL_LOG = /^(global|\/|127\.|localhost\b|\[?::1\]?|stdout$|stderr$|fd@|ring@|unix@|abns@)/;
/** Actions and fetches that leave HAProxy's own rules; `tune.lua.` sets limits alone. */
const LEAVES =
  /(?<!^tune\.)\blua\.|\bset-dst\b|\bset-dst-port\b|\bdo-resolve\b|\bspoe\b|\bset-src\b|\bfile@|\bexternal-check\b|\bset-uri\b.*:\/\//;

/** What HAProxy is told beyond its targets: no second listener, nothing that it runs. */
export const lbConfig: StackValidationPolicy = {
  name: "lb-config-known",
  description:
    "HAProxy listens on the public ports and the stats page's only, runs no program or script but the one for " +
    "anomalies, and its configuration is the one that the stack declares, without a line that the pack does not know.",
  enforcementLevel: "mandatory",
  configSchema: { properties: { privateBridges: PRIVATE_BRIDGES, ...PORT_SETTINGS } },
  validateStack: async (args, reportViolation) => {
    const config = args.getConfig<PortsConfig>();
    const lab = labOf(args.resources, config);
    const ports = await portsOf(lab, config);
    for (const setting of await settingsOf(lab)) {
      const { container } = setting;
      const observed = observe(container, lab.resources);
      const faults = [
        ...faultsOf(observed, "balancer"),
        ...faultsOfSetting(setting, ports, observed.host.files),
        ...userFaults([...observed.host.files]),
        ...gone(observed.host),
      ];
      for (const fault of faults) reportViolation(`${container.label}: ${fault}`, container.urn);
    }
  },
};

/** HAProxy itself, and its text, are there after all scripts. */
function gone(host: Host): string[] {
  const down = serviceFault(host, /^haproxy\.service$/);
  const removed = [...host.machine.files].find(
    ([path, text]) => text === null && /^\/etc\/haproxy\/haproxy\.cfg$/.test(path),
  );
  return [
    ...(down ? [down] : []),
    ...(removed ? [`HAProxy has no text, got ${removed[0]} that is removed; leave it`] : []),
  ];
}

function faultsOfSetting(
  { container, sections, unreadable }: LoadBalancerSetting,
  ports: Ports,
  files: ReadonlyMap<string, string>,
): string[] {
  const faults = (sections ?? []).flatMap((section) => {
    // A program that is known leaves nothing to judge.
    const lines = section.lines.filter(
      (line) => section.kind !== "global" || !loadsKnownProgram(line, files),
    );
    return faultOf({ ...section, lines }, container, ports) ?? [];
  });
  if (!unreadable) return faults;
  return [
    ...faults,
    `the text of haproxy.cfg cannot be judged, got ${unreadable}; copy it as a text asset`,
  ];
}

function faultOf(section: Section, container: Container, ports: Ports): string | undefined {
  const where = `${section.kind} ${section.name}`.trim();
  if (!SECTIONS.test(section.kind)) {
    return `${where} cannot be judged, got a section that runs programs or is not known; take it out`;
  }
  const strange = section.lines.find(([word = ""]) => !KNOWN.has(word.split(".")[0] ?? ""));
  if (strange && section.kind !== "userlist" && section.kind !== "peers") {
    return `${where} has a line that cannot be judged, got ${JSON.stringify(strange.join(" "))}; take it out`;
  }
  const leaving = section.lines.find(
    (line) => LEAVES.test(line.join(" ")) || line[0] === "external-check",
  );
  if (leaving) {
    return `${where} leaves the rules that can be judged, got ${JSON.stringify(leaving.join(" "))}; take it out`;
  }
  const word = strangeWords(section);
  if (word) return `${where} ${word}`;
  const foreign = linesOf(section, "peer").find(([, , address = ""]) => !isOwn(address, container));
  if (foreign) {
    return `${where} tells others about its clients, got ${JSON.stringify(foreign.join(" "))}; take it out`;
  }
  const isRing = section.kind === "ring";
  const log =
    linesOf(section, "log").find(([, to = ""]) => !LOCAL_LOG.test(to)) ??
    linesOf(section, "server").find(([, , to = ""]) => isRing && !LOCAL_LOG.test(to));
  if (log) {
    return `${where} sends its log elsewhere, got ${JSON.stringify(log.join(" "))}; log to /dev/log or stdout`;
  }
  if (section.kind === "global") return globalFault(section);
  const allowed = isStats(section) ? [ports.stats] : ports.open;
  const other = boundPorts(section).find((port) => !allowed.includes(port));
  if (other !== undefined && !isLocal(section)) {
    return `${where} listens on another port, got ${other}; allowed are ${allowed.join(", ")}`;
  }
  if (
    !isStats(section) &&
    /^(frontend|listen)$/.test(section.kind) &&
    says(section, "monitor-net")
  ) {
    return `${where} lets a network past its rules, got monitor-net; take it out`;
  }
  return undefined;
}

/** An address of the load balancer itself; a second one is a CT that the pack cannot tell from a stranger. */
const isOwn = (address: string, { interfaces }: Container) =>
  /^(127\.|\/|unix@)/.test(address) ||
  interfaces.some((nic) => nic.address !== undefined && address.startsWith(`${nic.address}:`));

const isLocal = (section: Section) =>
  linesOf(section, "bind").every(([, address = ""]) =>
    /^(127\.|\[?::1\]?:|\/|unix@|abns@)/.test(address),
  );

function globalFault(section: Section): string | undefined {
  const [user] = linesOf(section, "user");
  if (user?.[1] === "root") return "global runs as root, got user root; use haproxy";
  const [group] = linesOf(section, "group");
  if (group?.[1] === "root") return "global runs as root, got group root; use haproxy";
  const [open] = linesOf(section, "stats", "socket").filter((line) => {
    const mode = line[line.indexOf("mode") + 1] ?? "";
    return line.includes("mode") && !/^[67]?[0-7]?[0-7]?0$/.test(mode);
  });
  return (
    open &&
    `global opens the admin socket to everybody in the CT, got ${open.join(" ")}; use mode 660`
  );
}

/** The users' file has users, and HAProxy's own options name only such files. */
function userFaults(files: [string, string][]): string[] {
  return files.flatMap(([path, text]) => {
    if (/^\/etc\/haproxy\/users\.cfg(\.next)?$/.test(path)) {
      const other = parseHaproxy(text).find(({ kind }) => kind !== "userlist");
      return other
        ? [`the users' file holds something else, got a section ${other.kind}; take it out`]
        : [];
    }
    if (path !== "/etc/default/haproxy") return [];
    const options = /^\s*EXTRAOPTS="([^"]*)"\s*$/.exec(text.trim())?.[1];
    const known = options
      ?.trim()
      .split(/\s+(?=-)/)
      .every((one) => /^-f \/etc\/haproxy\/[\w.-]+\.cfg$|^-S \/run\/[\w./-]+$/.test(one));
    return known
      ? []
      : [`HAProxy's options cannot be judged, got ${JSON.stringify(text.trim())}; use -f and -S`];
  });
}
