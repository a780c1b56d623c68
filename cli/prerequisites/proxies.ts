import { proxiesOf } from "../../pve-node/box/proxies";
import { type Finding, ok, problem } from "./findings";
import { listens } from "./network";

/** A proxy that the environment names. */
export interface ProxyFact {
  /** `http_proxy` or `https_proxy`. */
  name: string;
  value: string;
  /** Somebody listens there; undefined where its address cannot be read. */
  answers?: boolean;
}

/** `host:port` of a proxy's address, and how one speaks to it; undefined where it is none. */
export function endpointOf(
  value: string,
): { scheme: string; host: string; port: number } | undefined {
  try {
    const url = new URL(value);
    const scheme = url.protocol.slice(0, -1);
    if (url.hostname === "") return undefined;
    const usual = scheme === "https" ? 443 : scheme.startsWith("socks") ? 1080 : 80;
    return { scheme, host: url.hostname.replace(/^\[|\]$/g, ""), port: Number(url.port) || usual };
  } catch {
    return undefined;
  }
}

/** Address of a proxy without the password in it. */
const shown = (value: string) => value.replace(/\/\/[^@/]*@/, "//…@");

/** Whether this machine's proxies are of use to downloads here, to image builds and to CTs. */
export function judgeProxies(proxies: ProxyFact[], packagesReachIt: boolean): Finding[] {
  const findings = proxies.flatMap(({ name, value, answers }) => {
    const endpoint = endpointOf(value);
    const warn = (found: string, why: string, remedy: string) => [
      problem(name, "warning", { found: `${shown(value)} ${found}`, why, remedy }),
    ];
    const unset = `unset ${name} and ${name.toUpperCase()}`;
    if (!endpoint)
      return warn(
        "is no address",
        "nothing can be asked there",
        `give http://host:port, or ${unset}`,
      );
    if (!/^https?$/.test(endpoint.scheme))
      return warn(
        `is a ${endpoint.scheme} proxy`,
        "Node.js and the CTs' package cache know HTTP proxies only",
        `name an HTTP proxy, or ${unset}`,
      );
    if (answers === false)
      return warn("does not answer", "downloads would go there", `start it, or ${unset}`);
    return [];
  });
  if (findings.length > 0) return findings;
  if (proxies.length > 0 && !packagesReachIt)
    return [
      problem("http_proxy", "warning", {
        found: "it is on this machine's loopback",
        why: "CTs cannot reach it, so their packages come without it",
        remedy: "where only a proxy leads out, give it an address of this machine's network",
      }),
    ];
  const named = proxies.map(({ name, value }) => `${name} ${shown(value)}`);
  return [ok("proxies", named.join(", ") || "none")];
}

/** Looks at the proxies of an environment. */
export async function checkProxies(from: NodeJS.ProcessEnv = process.env): Promise<Finding[]> {
  const { env, onLoopback } = proxiesOf(from);
  const named = ["http_proxy", "https_proxy"].filter((name) => env[name]);
  const facts = named.map(async (name): Promise<ProxyFact> => {
    const value = env[name]!;
    const endpoint = endpointOf(value);
    return { name, value, answers: endpoint && (await listens(endpoint.host, endpoint.port)) };
  });
  return judgeProxies(await Promise.all(facts), !onLoopback);
}
