import { isDeepStrictEqual } from "node:util";

/** What a container is made from, as `docker container inspect` tells it (Docker Engine API 1.41). */
export interface Made {
  Config: {
    Hostname: string;
    Env?: string[] | null;
    Entrypoint?: string[] | null;
    StopSignal?: string;
    Volumes?: Record<string, unknown> | null;
  };
  HostConfig: Record<string, unknown> & { SecurityOpt?: string[] | null };
  NetworkSettings: {
    Networks?: Record<string, { IPAMConfig?: { IPv4Address?: string } | null }> | null;
  };
}

/** Both containers, and the layers of the images they were made from. */
export interface Pair {
  running: Made;
  wanted: Made;
  layers: { running?: string[]; wanted?: string[]; system?: string[] };
  /** Whether Docker confines containers by SELinux. */
  selinux: boolean;
}

/**
 * Why a running node can't just be given other files, or undefined when it can: everything that is no
 * file of its own must be as it would be made now, the system below its files included.
 */
export function restartReason({ running, wanted, layers, selinux }: Pair): string | undefined {
  const system = layers.system ?? [];
  const stands = (image: string[] = []) =>
    system.length > 0 && isDeepStrictEqual(image.slice(0, system.length), system);
  if (!stands(layers.running) || !stands(layers.wanted)) return "its system is another one";
  if (!isDeepStrictEqual(configOf(running), configOf(wanted))) return "it is started otherwise";
  const other = otherFields(hostConfigOf(running, selinux), hostConfigOf(wanted, selinux));
  if (other.length > 0) return `it is given other rights, ports or folders (${other.join(", ")})`;
  if (!isDeepStrictEqual(addressesOf(running), addressesOf(wanted)))
    return "it has another address";
  return environmentReason(running.Config.Env ?? [], wanted.Config.Env ?? []);
}

const configOf = ({ Config: { Hostname, Entrypoint, StopSignal, Volumes } }: Made) => ({
  ...{ Hostname, StopSignal },
  Entrypoint: Entrypoint ?? [],
  Volumes: Volumes ?? {},
});

/** Without SELinux the option that switches it off has no effect. */
function hostConfigOf({ HostConfig }: Made, selinux: boolean): Record<string, unknown> {
  const options = (HostConfig.SecurityOpt ?? []).filter(
    (option) => selinux || option !== "label=disable",
  );
  // The size of the terminal that `docker run` had.
  return { ...HostConfig, SecurityOpt: options, ConsoleSize: undefined };
}

/** Names of the fields in which two configurations differ. */
function otherFields(one: Record<string, unknown>, two: Record<string, unknown>): string[] {
  const names = new Set([...Object.keys(one), ...Object.keys(two)]);
  return [...names].filter((name) => !isDeepStrictEqual(settled(one[name]), settled(two[name])));
}

/**
 * A value as it can be compared: Docker's lists have no order (it makes `Binds` from a map, in another order each
 * time), and what is not set it tells as null, as nothing or as an empty value, by its version.
 */
function settled(value: unknown): unknown {
  if (!value || typeof value !== "object") return value || undefined;
  if (Array.isArray(value)) {
    const items = value.map(settled).sort((a, b) => (shown(a) < shown(b) ? -1 : 1));
    return items.length > 0 ? items : undefined;
  }
  const fields = Object.entries(value)
    .map(([name, field]) => [name, settled(field)] as const)
    .filter(([, field]) => field !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return fields.length > 0 ? Object.fromEntries(fields) : undefined;
}

const shown = (value: unknown): string => JSON.stringify(value) ?? "";

const addressesOf = ({ NetworkSettings: { Networks } }: Made) =>
  Object.entries(Networks ?? {})
    .map(([name, { IPAMConfig }]) => `${name} ${IPAMConfig?.IPv4Address ?? ""}`)
    .sort();

/** Read by the node's programs of earlier versions, and by none any more. */
const FORMER = /^PVE_NODE_NAMESERVER=/;

/** Of what the node's programs read, and of proxies, both must have the same. */
function environmentReason(running: string[], wanted: string[]): string | undefined {
  const set = (variables: string[]) => variables.filter((variable) => !variable.endsWith("="));
  const missing = set(wanted).some((variable) => !running.includes(variable));
  const left = set(running).some(
    (variable) =>
      /^(PVE_NODE_\w+|\w+_proxy)=/i.test(variable) &&
      !FORMER.test(variable) &&
      !wanted.includes(variable),
  );
  return missing || left ? "its environment is another one" : undefined;
}
