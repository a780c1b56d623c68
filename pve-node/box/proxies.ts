import { lookup } from "node:dns/promises";
import { isIP } from "node:net";

/** A proxy setting in the two spellings that programs look for. */
const names = ["http_proxy", "https_proxy", "no_proxy"] as const;

type Environment = Record<string, string | undefined>;

/** Proxies of this machine for what runs in containers. */
export interface Proxies {
  /** Both spellings of each that is set; values may hold a password and are no arguments. */
  env: Record<string, string>;
  /** Flags of `docker run` and `docker build` that let the container reach them. */
  network: string[];
  /** The one for packages, which come over HTTP. Undefined where there is none, or CTs cannot reach it. */
  packages?: string;
  /** The one for packages is on this machine's loopback. */
  onLoopback: boolean;
}

/** Reads the proxies of an environment; the lower-case spelling wins, as with curl. */
export function proxiesOf(from: Environment = process.env): Proxies {
  const env: Record<string, string> = {};
  for (const name of names) {
    const value = withScheme(name, from[name] || from[name.toUpperCase()]);
    if (value) Object.assign(env, { [name]: value, [name.toUpperCase()]: value });
  }
  const local = [env.http_proxy, env.https_proxy].some((url) => url && isLoopback(url));
  const onLoopback = env.http_proxy !== undefined && isLoopback(env.http_proxy);
  return {
    env,
    // A container's own loopback is another one.
    network: local ? ["--network", "host"] : [],
    packages: onLoopback ? undefined : env.http_proxy,
    onLoopback,
  };
}

/** `proxy:3128` is an address to curl and Go; apt, Node.js and the package cache want `http://` before it. */
function withScheme(name: string, value = ""): string {
  return value === "" || name === "no_proxy" || value.includes("://") ? value : `http://${value}`;
}

/** Flags that hand the proxies on by name; Docker takes the values from its own environment. */
export const proxyFlags = ({ env, network }: Proxies, flag: "--build-arg" | "--env"): string[] => [
  ...Object.keys(env).flatMap((name) => [flag, name]),
  ...network,
];

const hostOf = (url: string): string =>
  /^(?:\w+:\/\/)?(?:[^@/]*@)?(\[[^\]]*\]|[^:/]*)/.exec(url)?.[1] ?? "";

/** IPv4 addresses of a name. */
type Resolve = (host: string) => Promise<string[]>;

const addressesOf: Resolve = async (host) =>
  (await lookup(host, { family: 4, all: true })).map(({ address }) => address);

/**
 * A proxy's line of `/etc/hosts`, as this machine knows it: the node may have no resolver that does. Of several
 * addresses always the same one. Empty where nobody knows it, or it is an IPv6 address.
 */
export async function proxyHostLine(url: string, resolve: Resolve = addressesOf): Promise<string> {
  const host = hostOf(url);
  if (host === "" || host.startsWith("[")) return "";
  if (isIP(host) === 4) return `${host} ${host}`;
  const [address] = (await resolve(host).catch(() => [])).sort();
  return address === undefined ? "" : `${address} ${host}`;
}

function isLoopback(url: string): boolean {
  const host = hostOf(url);
  return host === "localhost" || host === "[::1]" || /^127\./.test(host);
}
