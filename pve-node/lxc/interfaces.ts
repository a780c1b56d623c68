import { run } from "../os/command";
import { initPid } from "./processes";

/** A network interface of a running CT, as `GET …/interfaces` answers it. */
export interface CtInterface {
  name: string;
  hwaddr: string;
  "hardware-address": string;
  /** The last address of its family, with its prefix length. */
  inet?: string;
  inet6?: string;
  "ip-addresses": { "ip-address": string; "ip-address-type": "inet" | "inet6"; prefix: number }[];
}

interface IpLink {
  ifname?: string;
  address?: string;
  addr_info?: { family: string; local: string; prefixlen: number }[];
}

/** Every interface in a CT's network namespace; undefined when it does not run. */
export async function ctInterfaces(vmid: number): Promise<CtInterface[] | undefined> {
  const pid = await initPid(vmid);
  if (pid === undefined) return undefined;
  const text = await run("nsenter", ["-t", String(pid), "-n", "ip", "-json", "address", "show"]);
  return fromIp(JSON.parse(text) as IpLink[]);
}

/** Proxmox's form of what `ip -json address` prints. */
export function fromIp(links: IpLink[]): CtInterface[] {
  return links.flatMap((link) => {
    if (!link.ifname) return [];
    const hwaddr = link.address ?? "";
    const result: CtInterface = {
      name: link.ifname,
      hwaddr,
      "hardware-address": hwaddr,
      "ip-addresses": [],
    };
    for (const { family, local, prefixlen } of link.addr_info ?? []) {
      if (family !== "inet" && family !== "inet6") continue;
      result[family] = `${local}/${prefixlen}`;
      result["ip-addresses"].push({
        "ip-address": local,
        "ip-address-type": family,
        prefix: prefixlen,
      });
    }
    return [result];
  });
}
