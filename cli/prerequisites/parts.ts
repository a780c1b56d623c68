import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { findSystemImage } from "../../pve-node/box/images";
import { machineNameserver, resolves } from "../../pve-node/box/machine";
import { proxiesOf } from "../../pve-node/box/proxies";
import { templateFile, templateFolder } from "../../pve-node/box/template";
import type { LabPaths } from "../../system/labPaths";
import { originOf, partsOf } from "../../toolchain/parts";
import { placesOf } from "../../toolchain/places";
import { type Finding, problem } from "./findings";

const remedy =
  "connect this machine, or bring them from a file: ./lab cache import FILE, which ./lab cache export writes " +
  "where there is a network";

/** The kernel's tables of routes, as text; undefined where it has none (no Linux, IPv6 switched off). */
export interface RouteTables {
  ipv4?: string;
  ipv6?: string;
}

/** A route leads out of this machine: by a gateway, or to everywhere. */
export function leadsOut({ ipv4, ipv6 }: RouteTables): boolean {
  if (ipv4 === undefined) return true; // nobody can tell
  const rows = (text = "") => text.split("\n").map((line) => line.trim().split(/\s+/));
  const RTF_GATEWAY = 2; // linux/route.h
  const four = rows(ipv4).some(
    ([device, destination, , flags = "0"], line) =>
      line > 0 && // the heading
      device !== "lo" &&
      (destination === "00000000" || (Number.parseInt(flags, 16) & RTF_GATEWAY) !== 0),
  );
  // Loopback has a route to everywhere that refuses.
  const six = rows(ipv6).some(
    (fields) => /^0{32}$/.test(fields[0]!) && fields[1] === "00" && fields.at(-1) !== "lo",
  );
  return four || six;
}

function readRoutes(): RouteTables {
  const read = (file: string) => (existsSync(file) ? readFileSync(file, "utf8") : undefined);
  return { ipv4: read("/proc/net/route"), ipv6: read("/proc/net/ipv6_route") };
}

/** What a lab needs beside its checkout and its npm packages, and has not: it would have to be fetched. */
export async function missingParts(paths: LabPaths): Promise<string[]> {
  const places = placesOf(paths);
  const missing = partsOf(places).filter((part) => originOf(places, part) === undefined);
  const names = missing.map(({ name, version }) => `${name} ${version}`);
  if (!(await findSystemImage(paths))) names.push("the node's system image");
  if (!existsSync(join(templateFolder(paths), templateFile()))) names.push("the CT template");
  return names;
}

/** Parts that are missing where nothing can be fetched; no finding where all are there, or a way leads out. */
export async function checkParts(
  resolverAnswers: boolean,
  missing: () => Promise<string[]>,
  routes: RouteTables = readRoutes(),
): Promise<Finding[]> {
  const { http_proxy, https_proxy } = proxiesOf().env;
  if (resolverAnswers || http_proxy || https_proxy || leadsOut(routes)) return [];
  const names = await missing();
  if (names.length === 0) return [];
  const found = `missing: ${names.join(", ")}`;
  const why =
    "they cannot be fetched: no route and no proxy leads out of this machine, no resolver answers";
  return [problem("parts", "error", { found, why, remedy })];
}

/** How `toldOffline` looks at the machine. */
export interface Look {
  missing: () => Promise<string[]>;
  /** The resolver that does not answer where no proxy is named either; undefined where one of both is there. */
  silentResolver: () => Promise<string | undefined>;
}

async function silentResolver(): Promise<string | undefined> {
  const { http_proxy, https_proxy } = proxiesOf().env;
  const { address } = await machineNameserver();
  return http_proxy || https_proxy || (await resolves(address)) ? undefined : address;
}

/**
 * Does work that may fetch parts.
 *
 * @throws as the work does; where parts are missing and no resolver answers, with what does without a network.
 */
export async function toldOffline<T>(
  paths: LabPaths,
  work: () => Promise<T>,
  look: Look = { missing: () => missingParts(paths), silentResolver },
): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    const resolver = await look.silentResolver();
    const names = resolver === undefined ? [] : await look.missing().catch(() => []);
    if (names.length === 0) throw cause;
    throw new Error(
      `network: the resolver ${resolver} does not answer, and missing are ${names.join(", ")}; ${remedy}\n` +
        (cause as Error).message,
      { cause },
    );
  }
}
