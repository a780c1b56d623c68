import { observe } from "./commands";
import { settingsOf } from "./haproxy";
import { isReserved, servicePort, type BridgesConfig, type Lab } from "./labFacts";
import { linesOf, says, type Section } from "./script/haproxy";
import { postgresSettings } from "./postgresFiles";

export interface PortsConfig extends BridgesConfig {
  appPort?: number;
  databasePort?: number;
  publicPorts?: number[];
  statsPort?: number;
}

const port = (description: string) =>
  ({ type: "integer", minimum: 1, maximum: 65535, description }) as const;

/** Settings of the policies that need to know a stack's ports. */
export const PORT_SETTINGS = {
  appPort: port("Port of the service on app nodes. Default: the one that all of them publish."),
  databasePort: port("Port of the database. Default: the one of its settings, else 5432."),
  publicPorts: {
    type: "array",
    items: { type: "integer", minimum: 1, maximum: 65535 },
    description:
      "Ports of the load balancer that everybody may reach. Default: 80, 443 and those of HAProxy's " +
      "listeners from 1024 on.",
  },
  statsPort: port(
    "Port of the load balancer's stats page. Default: the one it listens on, else 8404.",
  ),
} as const;

export interface Ports {
  app: number;
  database: number;
  /** Those that everybody may reach. */
  open: number[];
  stats: number;
}

/** The ports of a stack: as configured, else as its services are told. */
export async function portsOf(lab: Lab, config: PortsConfig): Promise<Ports> {
  const sections = (await settingsOf(lab)).flatMap((one) => one.sections ?? []);
  const fronts = sections.filter(({ kind }) => /^(frontend|listen)$/.test(kind));
  const [stats] = fronts.filter(isStats).flatMap(boundPorts);
  const listeners = fronts.filter((one) => !isStats(one) && !says(one, "mode", "tcp"));
  const bound = new Set(listeners.flatMap(boundPorts));
  // One port in place of 80 is a choice; one beside it is a second way in.
  const own = bound.size === 1 ? [...bound].filter((one) => one >= 1024 && !isReserved(one)) : [];
  const [database] = lab.databases.flatMap((ct) => {
    const { host } = observe(ct, lab.resources);
    const text = postgresSettings(host).findLast(({ key }) => key === "port")?.value;
    return text !== undefined && /^\d+$/.test(text) ? [Number(text)] : [];
  });
  return {
    app: servicePort({ port: config.appPort }, lab),
    database: config.databasePort ?? database ?? 5432,
    open: config.publicPorts ?? [80, 443, ...own],
    stats: config.statsPort ?? stats ?? 8404,
  };
}

/** True for a listener that serves the stats page alone. */
export const isStats = (section: Section): boolean =>
  linesOf(section, "stats").length > 0 &&
  linesOf(section, "default_backend").length + linesOf(section, "use_backend").length === 0;

/** Ports that a section listens on; -1 for one that cannot be known. */
export function boundPorts(section: Section): number[] {
  return linesOf(section, "bind").flatMap(([, address = ""]) =>
    address.split(",").map((one) => {
      const text = /:(\d+)$/.exec(one)?.[1];
      return text === undefined ? -1 : Number(text);
    }),
  );
}
