import { readFile } from "node:fs/promises";
import { exec } from "../../system/exec";

/** A public resolver for machines that name none a CT could reach. */
const publicResolver = "9.9.9.9";

/** The resolver CTs are given: the machine's own. Loopback ones do not answer inside a CT. */
export function nameserverOf(...resolvConfs: (string | undefined)[]): string | undefined {
  const line = /^\s*nameserver\s+(\d+\.\d+\.\d+\.\d+)\s*(?:[#;].*)?$/gm;
  for (const text of resolvConfs) {
    for (const [, address] of (text ?? "").matchAll(line)) {
      if (!address!.startsWith("127.") && address !== "0.0.0.0") return address;
    }
  }
  return undefined;
}

/** A resolver, and whether it is a public one for want of one of the machine's own. */
export interface Resolver {
  address: string;
  isPublic: boolean;
}

/** Reads the machine's resolver; with systemd-resolved the real ones are in a file of its own. */
export async function machineNameserver(): Promise<Resolver> {
  const read = (file: string) => readFile(file, "utf8").catch(() => undefined);
  const files = ["/etc/resolv.conf", "/run/systemd/resolve/resolv.conf"];
  const own = nameserverOf(...(await Promise.all(files.map(read))));
  return { address: own ?? publicResolver, isPublic: own === undefined };
}

/** One line of `ip route`. */
export interface Route {
  dst?: string;
  dev?: string;
}

/** Destinations this machine has routes to; none where there is no `ip` (Docker Desktop). */
export async function machineRoutes(): Promise<Route[]> {
  const result = await exec("ip", ["-j", "-4", "route", "show"]).catch(() => undefined);
  return result?.code === 0 ? (JSON.parse(result.stdout || "[]") as Route[]) : [];
}

/** MTU of the interface with the default route. @default 1500 - where it cannot be read */
export async function uplinkMtu(routes: Route[]): Promise<number> {
  const device = routes.find((route) => route.dst === "default")?.dev;
  if (!device) return 1500;
  const text = await readFile(`/sys/class/net/${device}/mtu`, "utf8").catch(() => "1500");
  return Math.min(1500, Number(text)); // jumbo frames end at the machine
}
