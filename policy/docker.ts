import { asList, asNumber, asProps, asText, propsOf, UNKNOWN, type Plain } from "./plain";

export const DOCKER_CONTAINER = "docker:index/container:Container";
export const REMOTE_IMAGE = "docker:index/remoteImage:RemoteImage";

export interface PublishedPort {
  /** Undefined when Docker chooses one. */
  external: number | undefined;
  internal: number | undefined;
  ip: string;
  protocol: string;
}

/** Ports that a Docker container publishes; those not known yet are left out. */
export function publishedPorts(properties: unknown): PublishedPort[] {
  const { ports } = propsOf(properties);
  const known = asList(ports)
    .filter((port) => port !== UNKNOWN)
    .map(asProps);
  return known
    .filter(({ internal, external }) => internal !== UNKNOWN && external !== UNKNOWN)
    .map(({ internal, external, ip, protocol }) => ({
      external: asNumber(external),
      internal: asNumber(internal),
      ip: asText(ip) ?? "0.0.0.0",
      protocol: asText(protocol) ?? "tcp",
    }));
}

/** Paths of the host that a Docker container sees. */
export function hostPaths(properties: unknown): string[] {
  const { volumes, mounts, devices } = propsOf(properties);
  const paths = [
    ...fields(volumes, "hostPath"),
    ...fields(mounts, "source"),
    ...fields(devices, "hostPath"),
  ];
  return paths.filter((path) => path.startsWith("/"));
}

function fields(list: Plain, key: string): string[] {
  return asList(list)
    .map((item) => asText(asProps(item)[key]))
    .filter((text) => text !== undefined);
}
