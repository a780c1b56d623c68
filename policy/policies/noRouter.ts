import type { StackValidationPolicy } from "@pulumi/policy";
import { observe } from "../commands";
import type { Container } from "../cts";
import { kernelSettings } from "../kernel";
import { labOf, PRIVATE_BRIDGES, type BridgesConfig } from "../labFacts";

const FORWARDING = /^net\.ipv[46]\.(ip_forward|conf\.[^.]+\.(mc_)?forwarding)$/;
/** Settings that open nothing, each with the values it may have. */
const SAFE: readonly [RegExp, RegExp][] = [
  [FORWARDING, /^0$/],
  [/^net\.ipv6\.conf\.[^.]+\.(disable_ipv6|accept_ra|autoconf)$/, /^[01]$/],
  [/^net\.ipv4\.conf\.[^.]+\.rp_filter$/, /^[12]$/],
  [
    /^net\.ipv[46]\.conf\.[^.]+\.(accept_redirects|secure_redirects|send_redirects|accept_source_route)$/,
    /^0$/,
  ],
  [/^net\.ipv4\.conf\.[^.]+\.(log_martians|arp_ignore|arp_announce|arp_filter)$/, /^\d$/],
  [/^net\.(core|netfilter)\.[\w.]+$|^net\.ipv4\.(tcp_|ip_local_port_range|icmp_)\w*$/, /^[\d ]+$/],
  [
    /^vm\.(swappiness|overcommit_memory|dirty_\w+|max_map_count)$|^fs\.(file-max|nr_open|inotify\.\w+)$/,
    /^\d+$/,
  ],
];

/** What a service needs at least. */
const LEAST: Readonly<Record<string, number>> = {
  "net.ipv4.tcp_syncookies": 1,
  "net.core.somaxconn": 128,
  "net.ipv4.tcp_max_syn_backlog": 128,
  "net.netfilter.nf_conntrack_max": 1024,
  "fs.file-max": 10_000,
};

/** Two interfaces make a router as soon as the kernel forwards: the private subnet would be reached through it. */
export const noRouter: StackValidationPolicy = {
  name: "ct-no-router",
  description:
    "No CT but an app node, whose Docker needs it and whose filter guards it, forwards packets; no " +
    "script makes a kernel setting that is not known to open nothing.",
  enforcementLevel: "mandatory",
  configSchema: { properties: { privateBridges: PRIVATE_BRIDGES } },
  validateStack: (args, reportViolation) => {
    const lab = labOf(args.resources, args.getConfig<BridgesConfig>());
    for (const container of lab.containers) {
      const { host } = observe(container, lab.resources);
      for (const { name, value } of kernelSettings(host)) {
        if (isSafe(name, value, lab.apps.includes(container))) continue;
        const what = FORWARDING.test(name)
          ? "forwards packets"
          : "has a kernel setting that may open it";
        reportViolation(
          `${container.label}: ${what}, got ${name} = ${JSON.stringify(value)}; take it out`,
          container.urn,
        );
      }
      const fault = routed(container);
      if (fault) reportViolation(`${container.label}: ${fault}`, container.urn);
    }
  },
};

function isSafe(name: string, value: string, isApp: boolean): boolean {
  if (isApp && name === "net.ipv4.ip_forward") return true;
  const [, low, high] = /^(\d+)\s+(\d+)$/.exec(value) ?? [];
  const least = LEAST[name];
  if (least !== undefined && Number(value) < least) return false;
  if (name === "net.ipv4.ip_local_port_range" && !(Number(high) - Number(low) >= 1000))
    return false;
  return SAFE.some(([known, values]) => known.test(name) && values.test(value));
}

/** A second way out would lead around the first one's filters. */
function routed({ interfaces }: Container): string | undefined {
  const ways = interfaces.filter(({ gateway }) => gateway !== undefined);
  if (ways.length < 2) return undefined;
  return `has two ways out, got gateways ${ways.map((nic) => nic.gateway).join(" and ")}; give one`;
}
