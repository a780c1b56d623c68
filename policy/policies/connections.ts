import type { ResourceValidationPolicy } from "@pulumi/policy";
import { asProps, asText, propsOf, UNKNOWN, type Plain, type Props } from "../plain";

const REMOTE = /^command:remote:/;
const DOCKER = "pulumi:providers:docker";
const PROXMOX = "pulumi:providers:proxmoxve";
/** Options of OpenSSH that take a guard away or run something; our own ProxyCommand is `ssh` itself. */
const LOOSE =
  /StrictHostKeyChecking=(no|off|ask|accept-new)|UserKnownHostsFile=(?!\/dev\/null)|ForwardAgent=yes|PermitLocalCommand=yes|LocalCommand=|ProxyCommand=(?!ssh )|PasswordAuthentication=yes|PubkeyAuthentication=no|KnownHostsCommand=(?!\/bin\/echo )/i;

/** Whoever answers in place of a machine gets the key's power over it, and the stack's secrets. */
export const connections: ResourceValidationPolicy = {
  name: "connections-verified",
  description:
    "Every connection knows the machine that it is for: SSH by its host key, the Proxmox API by its " +
    "certificate; passwords are not used, and Docker is reached over SSH only.",
  enforcementLevel: "mandatory",
  validateResource: ({ type, name, props, provider }, reportViolation) => {
    for (const [wrong, got, remedy] of faultsOf(type, props)) {
      reportViolation(`${JSON.stringify(name)}: ${wrong}, got ${got}; ${remedy}`);
    }
    const own = provider ? providerFaults(provider.type, propsOf(provider.props)) : [];
    for (const [wrong, got, remedy] of own) {
      reportViolation(`provider of ${JSON.stringify(name)}: ${wrong}, got ${got}; ${remedy}`);
    }
  },
};

type Finding = [wrong: string, got: string, remedy: string];

function faultsOf(type: string, props: unknown): Finding[] {
  const own = propsOf(props);
  if (type.startsWith("pulumi:providers:")) return providerFaults(type, own);
  if (DOWNLOAD.test(type)) return download(own);
  if (/^pulumi-nodejs:dynamic\/homelab:/.test(type)) return [...endpoints(own)];
  if (!REMOTE.test(type)) return [];
  return ssh(own.connection);
}

function ssh(connection: Plain): Finding[] {
  if (connection === UNKNOWN || connection === undefined) return [];
  const { hostKey, password, agentSocketPath, proxy, privateKey } = asProps(connection);
  const found: Finding[] = [];
  if (hostKey !== UNKNOWN && !asText(hostKey)) {
    found.push([
      "does not know the machine that it connects to",
      "no hostKey",
      "give connection.hostKey",
    ]);
  }
  if (password !== undefined && password !== null && password !== "") {
    found.push(["logs in with a password", "a password", "use privateKey"]);
  }
  if (privateKey === undefined && agentSocketPath === undefined && found.length === 0) return found;
  return proxy === undefined || proxy === null ? found : [...found, ...ssh(proxy)];
}

/** SSH endpoints in the arguments of a dynamic resource: a host with a user, and the machine on the way to it. */
function* endpoints(value: Plain, key = ""): Generator<Finding> {
  if (Array.isArray(value)) {
    for (const one of value) yield* endpoints(one);
    return;
  }
  const address = asText(value) ?? "";
  if (key === "endpoint" && address.startsWith("http://")) {
    yield ["speaks with the Proxmox API in the clear", address, "use https"];
  }
  const own = asProps(value);
  if (asText(own.host) !== undefined && own.user !== undefined) {
    if (own.hostKey !== UNKNOWN && !asText(own.hostKey)) {
      yield ["does not know the machine that it connects to", `no hostKey in ${key}`, "give it"];
    }
  }
  for (const [name, one] of Object.entries(own)) yield* endpoints(one, name);
}

/** Providers are given objects as JSON. */
function asParsed(value: Plain): Plain {
  try {
    return typeof value === "string" ? (JSON.parse(value) as Plain) : value;
  } catch {
    return undefined;
  }
}

const DOWNLOAD = /^proxmoxve:.*(file|image|template)[^:]*:/i;

/** What the node fetches becomes a CT's root, or runs there. */
function download({ url, checksum }: Props): Finding[] {
  const from = asText(url);
  if (from === undefined || from.startsWith("https://") || asText(checksum)) return [];
  return [
    ["fetches a file that anybody on the way may change", from, "use https, or give its checksum"],
  ];
}

function providerFaults(type: string, props: Props): Finding[] {
  const found: Finding[] = [];
  if (type === PROXMOX) {
    if (props.insecure === true || props.insecure === "true") {
      found.push([
        "trusts any certificate of the Proxmox API",
        "insecure: true",
        "give its CA to the machine",
      ]);
    }
    const endpoint = asText(props.endpoint);
    if (endpoint && !endpoint.startsWith("https://")) {
      found.push(["speaks with the Proxmox API in the clear", endpoint, "use https"]);
    }
    const { password: sshPassword } = asProps(asParsed(props.ssh));
    if (asText(sshPassword)) {
      found.push(["logs in to the node with a password", "a password", "use a key for ssh"]);
    }
    if (asText(props.password) || /^root@pam/.test(asText(props.username) ?? "")) {
      found.push([
        "logs in to Proxmox with a password",
        "a password",
        "use an API token of a role of its own",
      ]);
    }
  }
  if (type === DOCKER) {
    const host = asText(props.host);
    if (host && !/^(ssh:\/\/|unix:\/\/)/.test(host)) {
      found.push(["reaches Docker without knowing who it is", host, "use ssh://"]);
    }
    const options =
      JSON.stringify(props.sshOpts, (_, value: unknown) =>
        typeof value === "symbol" ? "" : value,
      ) ?? "";
    const loose = LOOSE.exec(options)?.[0];
    if (loose)
      found.push(["does not check whom it connects to, or runs something", loose, "take it out"]);
    const known = /KnownHostsCommand|UserKnownHostsFile|StrictHostKeyChecking=yes/.test(options);
    if (host?.startsWith("ssh://") && props.sshOpts !== UNKNOWN && !known) {
      found.push([
        "does not know the machine that it connects to",
        "no host key in sshOpts",
        "give one",
      ]);
    }
  }
  return found;
}
