import type { ResourceValidationPolicy } from "@pulumi/policy";
import { containerOf, isContainer } from "../cts";
import { asList, asProps, asText, propsOf, UNKNOWN, type Plain, type Props } from "../plain";

/** Arguments of a CT that policies judge, or that open nothing. */
const KNOWN = new Set(
  (
    "nodeName vmId description tags unprivileged features started startOnBoot startup protection cpu memory " +
    "disk operatingSystem networkInterfaces initialization mountPoints poolId template timeoutClone timeoutCreate " +
    "timeoutDelete timeoutStart timeoutUpdate waitForIp console ipv4 ipv6 id"
  ).split(" "),
);
const INTERFACE = new Set("name bridge firewall macAddress mtu rateLimit enabled".split(" "));
const INITIALIZATION = new Set("hostname dns ipConfigs userAccount".split(" "));
const DISK = new Set("datastoreId size acl quota replicate".split(" "));

/** What a CT is given beyond what the other policies read: devices, scripts, users of the node, networks. */
export const ctArguments: ResourceValidationPolicy = {
  name: "ct-known-arguments",
  description:
    "CTs are given no devices, hook scripts, other users of the node, VLANs, IPv6 addresses, passwords or " +
    "mount options, and no argument that the pack does not know.",
  enforcementLevel: "mandatory",
  configSchema: {
    properties: {
      sshKeys: {
        type: "integer",
        minimum: 0,
        default: 1,
        description: "How many keys may log in as root.",
      },
    },
  },
  validateResource: (args, reportViolation) => {
    if (!isContainer(args.type)) return;
    const props = propsOf(args.props);
    const { sshKeys = 1 } = args.getConfig<{ sshKeys?: number }>();
    const { label } = containerOf(args.urn, args.name, args.props);
    for (const [wrong, got, remedy] of faults(props, sshKeys)) {
      reportViolation(`${label}: ${wrong}, got ${shownValue(got)}; ${remedy}`);
    }
  },
};

type Finding = [wrong: string, got: Plain, remedy: string];
const shownValue = (value: Plain) =>
  typeof value === "symbol" ? "a value that is not known" : (JSON.stringify(value) ?? "none");

const isGiven = (value: Plain): boolean =>
  value !== undefined &&
  value !== null &&
  value !== false &&
  value !== "" &&
  !(Array.isArray(value) && value.length === 0) &&
  !(typeof value === "object" && !Array.isArray(value) && Object.keys(value).length === 0);

function* unknownKeys(holder: Plain, known: ReadonlySet<string>, of: string): Generator<Finding> {
  for (const [key, value] of Object.entries(asProps(holder))) {
    if (known.has(key) || !isGiven(value) || key.startsWith("__")) continue;
    yield [`${of} that may open it, ${key}`, hidden(key, value), "take it out"];
  }
}

/** Values of variables may be passwords. */
const hidden = (key: string, value: Plain): Plain =>
  /environment|password/i.test(key) ? "a value" : value;

function* faults(props: Props, most: number): Generator<Finding> {
  yield* unknownKeys(props, KNOWN, "has an argument");
  const { initialization, networkInterfaces, disk, mountPoints, console: terminal } = props;
  const system = asText(asProps(props.operatingSystem).type);
  if (system === "unmanaged") {
    yield ["has a network that nobody sets up", system, "give operatingSystem.type its name"];
  }
  yield* unknownKeys(disk, DISK, "has a setting of its disk");
  for (const nic of asList(networkInterfaces)) {
    yield* unknownKeys(nic, INTERFACE, "has a setting of an interface");
    const { macAddress, enabled, mtu, rateLimit } = asProps(nic);
    if (enabled === false) yield ["has an interface that is off", enabled, "take enabled out"];
    if (isGiven(mtu) && typeof mtu === "number" && mtu > 1 && (mtu < 1280 || mtu > 9216)) {
      yield ["has an interface that its packets do not fit", mtu, "give an mtu of 1280 to 9216"];
    }
    if (isGiven(rateLimit) && typeof rateLimit === "number" && rateLimit > 0 && rateLimit < 1) {
      yield ["has an interface that is too slow", rateLimit, "give a rateLimit of 1 MB/s or more"];
    }
    if (
      isGiven(macAddress) &&
      macAddress !== UNKNOWN &&
      !/^([0-9A-F]{2}:){5}[0-9A-F]{2}$/i.test(asText(macAddress) ?? "")
    ) {
      yield ["has a MAC address that is none", macAddress, "give six pairs of hex digits"];
    }
  }
  yield* unknownKeys(initialization, INITIALIZATION, "has a setting of its first start");
  const { userAccount, ipConfigs } = asProps(initialization);
  const { password } = asProps(userAccount);
  if (isGiven(password)) yield ["has a password for root", "a value", "use keys alone"];
  const keys = asList(asProps(userAccount).keys);
  if (keys.length > most) {
    yield ["lets in more than one key", `${keys.length} keys`, `leave ${most}, or raise sshKeys`];
  }
  if (props.template === true)
    yield ["is a template that others are made from", true, "take template out"];
  for (const config of asList(ipConfigs)) {
    const { ipv4, ipv6 } = asProps(config);
    if (isGiven(ipv6)) yield ["has an IPv6 address, which no rule knows", ipv6, "take ipv6 out"];
    const { address } = asProps(ipv4);
    if (address === "dhcp") {
      yield ["asks others for its address", address, "give a static one"];
    }
  }
  for (const point of asList(mountPoints)) {
    const { mountOptions, shared, path } = asProps(point);
    const options = asList(mountOptions)
      .map(String)
      .filter((one) => !/^(noatime|nodev|noexec|nosuid|discard|lazytime)$/.test(one));
    if (options.length > 0)
      yield ["has options of a mount point that may open it", options, "take them out"];
    if (shared === true) yield ["shares a mount point with other nodes", shared, "take shared out"];
    if (!/^\/(srv|data|mnt|var\/lib)(\/|$)/.test(asText(path) ?? "/srv")) {
      yield [
        "has a mount point over the system's own folders",
        path,
        "use /srv, /data, /mnt or /var/lib",
      ];
    }
  }
  const { type } = asProps(terminal);
  if (type === "shell") yield ["has a console without a password", type, "take type out"];
}
