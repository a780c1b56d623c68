import { createSocket } from "node:dgram";
import { readFile } from "node:fs/promises";
import { isIP } from "node:net";
import { exec } from "../../system/exec";

/** Milliseconds a resolver may take for one answer. */
const answerMs = 2000;

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

/** A resolver answers at all: any answer to a question for the root counts. */
export async function resolves(address: string, port = 53): Promise<boolean> {
  if (isIP(address) !== 4) return false;
  const socket = createSocket("udp4");
  // One question: the name servers (type 2) of the root, in the Internet class, recursion desired.
  const question = Buffer.from("4c41010000010000000000000000020001", "hex");
  try {
    return await new Promise((resolve) => {
      const timer = setTimeout(() => resolve(false), answerMs);
      const end = (answers: boolean) => {
        clearTimeout(timer);
        resolve(answers);
      };
      socket.on("message", () => end(true)).on("error", () => end(false));
      socket.send(question, port, address, (error) => error && end(false));
    });
  } finally {
    socket.close();
  }
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
