import { isProfileName } from "../haproxy/profiles";
import { NAT_MODES, PROFILE_NAMES, type TextKey } from "../stack/settings";
import type { RawConfig } from "./rawConfig";
import { otherSystemOf, TEMPLATE_VOLUME } from "./readBuilds";

/** A host's name or address: what begins with `-` would be an option of ssh. */
const HOST = String.raw`(?:[A-Za-z0-9](?:[\w.-]*[A-Za-z0-9])?|\[[0-9A-Fa-f:.]+\])`;

/** Numbers of ports are checked apart: a pattern for 1 to 65535 says little. */
const ENDPOINT = new RegExp(String.raw`^https://(${HOST})(?::(\d{1,5}))?/?$`);
const PROXY = new RegExp(String.raw`^http://(${HOST})(?::(\d{1,5}))?/?$`);
const SSH_HOST = new RegExp(String.raw`^(?:${HOST}|[0-9A-Fa-f:]*:[0-9A-Fa-f:.]*)$`);

const bridge = "give a bridge's name, at most 15 letters and digits";
const file = "give an absolute path, or one that begins with ~/";

/** Values of one key each, as the platforms that read them define them. */
const PATTERNS: Record<string, [pattern: RegExp, allowed: string]> = {
  proxmoxEndpoint: [ENDPOINT, "give https://host:8006/"],
  // PVE::JSONSchema: `pve-node` is a host name without dots, `pve-storage-id` begins with a letter.
  proxmoxNode: [
    /^[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?$/,
    "give the node's host name without a domain: letters, digits and hyphens",
  ],
  storage: [
    /^[A-Za-z][\w.-]*[A-Za-z0-9]$/,
    "give a storage's id: letters, digits, hyphens, dots and underscores after a letter",
  ],
  sshHost: [SSH_HOST, "give a host's name or address, without user and port"],
  sshUser: [/^root$/, "features and raw LXC lines can be set by root only"],
  sshHostKey: [
    /^[a-z0-9@.-]+ [A-Za-z0-9+/=]{40,}( .*)?$/,
    "give the public key as ssh-ed25519 AAAA…",
  ],
  sshPrivateKeyFile: [/^(?:\/|~\/)/, file],
  proxmoxCaFile: [/^(?:\/|~\/)/, file],
  appImageContext: [/^[^/~]/, "give a path relative to the project"],
  template: [TEMPLATE_VOLUME, "give storage:vztmpl/file, with an archive's ending as .tar.zst"],
  lanBridge: [/^[A-Za-z][\w.-]{0,14}$/, bridge],
  privateBridge: [/^[A-Za-z][\w.-]{0,14}$/, bridge],
  aptProxy: [PROXY, "give http://host:port"],
};

/** Every value that has another form than its key wants; an empty one is another rule's. */
export function formatProblems(text: Record<TextKey, string>, raw: RawConfig): string[] {
  const values: RawConfig = { ...raw, ...text };
  const problems = Object.entries(PATTERNS).flatMap(([key, [pattern, allowed]]) => {
    const value = values[key] ?? "";
    return value === "" || pattern.test(value)
      ? []
      : [`${key}: is not valid, got ${JSON.stringify(value)}; ${allowed}`];
  });
  for (const [key, pattern] of [
    ["proxmoxEndpoint", ENDPOINT] as const,
    ["aptProxy", PROXY] as const,
  ]) {
    const port = pattern.exec(values[key] ?? "")?.[2];
    if (port !== undefined && !(Number(port) >= 1 && Number(port) <= 65535)) {
      problems.push(`${key}: its port is out of range, got ${port}; allowed are 1 to 65535`);
    }
  }
  return [...problems, ...nameProblems(text)];
}

/** Names that are known, and those of other systems. */
function nameProblems({ lbProfile, nat, template }: Record<TextKey, string>): string[] {
  const problems: string[] = [];
  const other = otherSystemOf(template);
  if (other) {
    problems.push(
      `template: is of ${other}, and what is installed in CTs is Debian 12's; give one of Debian 12, as storage:vztmpl/debian-12-…`,
    );
  }
  if (lbProfile && !isProfileName(lbProfile)) {
    const allowed = PROFILE_NAMES.join(", ");
    problems.push(
      `lbProfile: is no profile, got ${JSON.stringify(lbProfile)}; allowed are ${allowed}`,
    );
  }
  if (nat && !(NAT_MODES as readonly string[]).includes(nat)) {
    const allowed = NAT_MODES.join(", ");
    problems.push(`nat: is no mode, got ${JSON.stringify(nat)}; allowed are ${allowed}`);
  }
  return problems;
}
