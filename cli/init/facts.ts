import { shellQuote } from "../../lib/shell/quote";
import type {
  GuestEntry,
  InterfaceEntry,
  StorageEntry,
  VolumeEntry,
} from "../../lib/preflight/proxmoxAnswers";
import type { RootShell } from "./login";

/** An interface with what is needed to choose a bridge. */
export interface NodeInterface extends InterfaceEntry {
  cidr?: string;
  gateway?: string;
  active?: number;
}

/** What the Proxmox node is, and has; looked up as root of it. */
export interface NodeFacts {
  /** Name in the cluster. */
  node: string;
  /** For example `9.2.1`. */
  version: string;
  storages: (StorageEntry & { enabled?: number; avail?: number })[];
  /** CT templates, on every storage. */
  templates: VolumeEntry[];
  interfaces: NodeInterface[];
  guests: GuestEntry[];
  roles: { roleid: string; privs: string }[];
  users: { userid: string }[];
  /** Every IPv4 address and subnet that the node itself has or routes to. */
  subnets: string[];
  nameservers: string[];
  /** Port of a cache for Debian packages (apt-cacher-ng) that listens on every address of the node. */
  packageCachePort?: number;
  /** PEM of the cluster's CA. */
  ca: string;
}

/** Stands between the parts of the answer. */
const SEPARATOR = "\u001e";

/** Questions to `pvesh`, answered in JSON. */
const QUESTIONS = (node: string) => ({
  version: "/version",
  storages: `/nodes/${node}/storage --enabled 1`,
  interfaces: `/nodes/${node}/network`,
  guests: "/cluster/resources --type vm",
  roles: "/access/roles",
  users: "/access/users",
});

/**
 * Looks at the node; changes nothing.
 *
 * @throws when it is no Proxmox VE
 */
export async function readFacts(shell: RootShell): Promise<NodeFacts> {
  const node = (
    await shell.run(
      "find Proxmox VE",
      'command -v pvesh >/dev/null || { echo "pvesh is missing: this is no Proxmox VE node" >&2; exit 1; }\nhostname -s',
    )
  ).trim();
  const questions = QUESTIONS(node);
  const asked = Object.values(questions).map((words) => `pvesh get ${words} --output-format json`);
  const plain = [
    "cat /etc/pve/pve-root-ca.pem",
    "ip -o -4 addr show | awk '{ print $4 }'; ip -4 route show | awk '$1 ~ /\\// { print $1 }'",
    "awk '$1 == \"nameserver\" { print $2 }' /etc/resolv.conf",
    "ss -ltn | awk '$4 ~ /^(0.0.0.0|\\*|\\[::\\]):3142$/ { print 3142; exit }'",
  ];
  const text = await shell.run(
    "look at the node",
    [...asked, ...plain].map((words) => `${words} || exit 1; printf '\\036'`).join("\n"),
  );
  const parts = text.split(SEPARATOR).map((part) => part.trim());
  const json = <T>(at: number) => JSON.parse(parts[at] || "null") as T;
  const storages = json<NodeFacts["storages"]>(1);
  const [ca = "", subnets = "", nameservers = "", cache = ""] = parts.slice(asked.length);
  return {
    node,
    version: json<{ version: string }>(0).version,
    storages,
    templates: await templatesOf(shell, node, storages),
    interfaces: json(2),
    guests: json(3),
    roles: json(4),
    users: json(5),
    subnets: subnets.split("\n").filter(Boolean),
    nameservers: nameservers.split("\n").filter(Boolean),
    ...(cache === "" ? {} : { packageCachePort: Number(cache) }),
    ca: `${ca}\n`,
  };
}

async function templatesOf(shell: RootShell, node: string, storages: StorageEntry[]) {
  const holding = storages.filter(({ content }) => content.split(",").includes("vztmpl"));
  const text = await shell.run(
    "look for templates",
    holding
      .map(({ storage }) => {
        const path = `/nodes/${node}/storage/${shellQuote(storage)}/content`;
        return `pvesh get ${path} --content vztmpl --output-format json || exit 1; printf '\\036'`;
      })
      .join("\n") || "true",
  );
  return text
    .split(SEPARATOR)
    .filter((part) => part.trim() !== "")
    .flatMap((part) => JSON.parse(part) as VolumeEntry[]);
}

/** Addresses among the given ones that answer on the node's own network. */
export async function answeringAddresses(
  shell: RootShell,
  addresses: readonly string[],
): Promise<string[]> {
  const text = await shell.run(
    "look for free addresses",
    // An address whose machine answers no ping still answers the ARP request before it.
    `for address in ${addresses.join(" ")}; do
  ( ping -c 1 -W 1 "$address" >/dev/null 2>&1 ||
    ip neigh show "$address" | grep -q lladdr && echo "$address" ) &
done
wait`,
  );
  return text.split("\n").filter(Boolean);
}
