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

export interface Mount {
  /** Path of the CT, or name of a volume; undefined where there is none. */
  source: string | undefined;
  target: string | undefined;
  readOnly: boolean;
  /** It is no plain folder: another container's, or of a kind that is not known. */
  isOther: boolean;
}

/** What a Docker container sees besides its image; what is not known yet is left out. */
export function mountsOf(properties: unknown): Mount[] {
  const { volumes, mounts, uploads } = propsOf(properties);
  const known = (list: Plain) =>
    asList(list)
      .filter((one) => one !== UNKNOWN)
      .map(asProps);
  return [
    ...known(volumes).map(({ hostPath, volumeName, fromContainer, containerPath, readOnly }) => ({
      source: asText(hostPath) ?? asText(volumeName),
      target: asText(containerPath),
      readOnly: readOnly === true,
      isOther: Boolean(asText(fromContainer)),
    })),
    ...known(mounts).map(({ type, source, target, readOnly }) => ({
      source: type === "tmpfs" ? undefined : asText(source),
      target: asText(target),
      readOnly: readOnly === true,
      isOther: !["bind", "volume", "tmpfs"].includes(asText(type) ?? ""),
    })),
    ...known(uploads).map(({ file }) => ({
      ...{ source: asText(file), target: asText(file) },
      ...{ readOnly: false, isOther: true },
    })),
  ];
}
