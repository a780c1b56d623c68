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
  if (!isDeepStrictEqual(hostConfigOf(running, selinux), hostConfigOf(wanted, selinux)))
    return "it is given other rights, ports or folders";
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
function hostConfigOf({ HostConfig }: Made, selinux: boolean): unknown {
  const options = (HostConfig.SecurityOpt ?? []).filter(
    (option) => selinux || option !== "label=disable",
  );
  return { ...HostConfig, SecurityOpt: options };
}

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
