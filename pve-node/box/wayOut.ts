import { connect } from "node:net";
import { exec } from "../../system/exec";
import type { LabPaths } from "../../system/labPaths";
import { resolves } from "./machine";
import { containerName } from "./names";

const patienceMs = 3000;

/** What packages come through: a proxy, or else a resolver and what it leads to. */
export type Waypoint =
  | { kind: "proxy"; host: string; port: number }
  | { kind: "resolver"; address: string; port?: number };

/** The first thing that a request for a package meets. */
export function waypointOf(proxy: string | undefined, nameserver: string): Waypoint {
  if (proxy === undefined || !URL.canParse(proxy)) return { kind: "resolver", address: nameserver };
  const { hostname, port, protocol } = new URL(proxy);
  const host = hostname.replace(/^\[|\]$/g, "");
  return { kind: "proxy", host, port: Number(port) || (protocol === "https:" ? 443 : 80) };
}

/** Whether this machine itself reaches it. */
export async function machineReaches(to: Waypoint): Promise<boolean> {
  if (to.kind === "resolver") return resolves(to.address, to.port);
  return new Promise((resolve) => {
    const socket = connect({ host: to.host, port: to.port, timeout: patienceMs });
    const end = (reached: boolean) => {
      socket.destroy();
      resolve(reached);
    };
    socket.on("connect", () => end(true)).on("error", () => end(false));
    socket.on("timeout", () => end(false));
  });
}

/** Succeeds where a TCP server is reached, `tcp HOST PORT`, or a resolver answers, `udp ADDRESS PORT`. */
export const reachScript = [
  "export kind=$1 host=$2 port=$3",
  "for i in 1 2 3; do",
  `  timeout 2 bash -c 'exec 3<> "/dev/$kind/$host/$port" || exit 1; [ $kind = udp ] || exit 0;`,
  // One question: the name servers (type 2) of the root, in the Internet class, recursion desired.
  `    printf "\\x4c\\x41\\1\\0\\0\\1\\0\\0\\0\\0\\0\\0\\0\\0\\2\\0\\1" >&3; [ -n "$(head -c 2 <&3 | od -An)" ]' && exit 0`,
  "done; exit 1",
].join("\n");

/** Arguments of `reachScript`. */
export const reachWords = (to: Waypoint): string[] =>
  to.kind === "proxy"
    ? ["tcp", to.host, String(to.port)]
    : ["udp", to.address, String(to.port ?? 53)];

/** Whether the node reaches it. */
export async function nodeReaches(paths: LabPaths, to: Waypoint): Promise<boolean> {
  const call = ["exec", containerName(paths), "bash", "-c", reachScript, "bash", ...reachWords(to)];
  return (await exec("docker", call)).code === 0;
}

/** That containers have no way out of a machine which has one, and what is to blame. */
export function describeNoWayOut(to: Waypoint): string {
  const what = to.kind === "proxy" ? `proxy ${to.host}:${to.port}` : `resolver ${to.address}`;
  return (
    `way out: this machine reaches the ${what}, its containers do not, so CTs get only packages that are in the ` +
    'cache already; see whether Docker translates addresses ("iptables": false in /etc/docker/daemon.json does ' +
    "not), the machine forwards (sysctl net.ipv4.ip_forward), and no firewall or VPN drops what containers send"
  );
}
