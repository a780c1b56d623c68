import type { IngressRule, Port, SecurityGroup } from "../security/securityGroup";
import type { Settings } from "./settings";

/**
 * A CT of the stack. Whatever needs to know the CTs reads this list: network filters, security groups,
 * preflight, power, firewall, budget, reports.
 */
export interface Guest {
  /** Host name; the names of its resources begin with it. */
  name: string;
  /** The part it plays; becomes a tag of the CT, by which policies know it. */
  role: string;
  /** Proxmox's number of the CT, 100 to 999999999. */
  vmid: number;
  /** Its interfaces, in Proxmox's order: the first is `net0` outside and `eth0` inside. */
  ports: readonly Port[];
  /** Memory cap in MiB. */
  memoryMiB: number;
  /** Root file system in GiB. */
  diskGiB: number;
  /** Order of starts, 1 first; those with the same number start together. */
  startOrder: number;
  /** systemd unit of its service, which does not start before the CT's rules are in force. */
  unit: string;
}

/** A guest as its kind reads it from the settings; what all guests of the kind share is the kind's. */
export type GuestOfKind = Omit<Guest, "role" | "startOrder" | "unit">;

/** A kind of guest: the one place where it is declared. Its component is in `components/`. */
export interface GuestKind {
  role: string;
  /** Name of its security group. */
  group: string;
  startOrder: number;
  unit: string;
  /** The guests of this kind. */
  guests(settings: Settings): GuestOfKind[];
  /**
   * Ways in besides SSH from the bastion, which every CT has.
   *
   * @param group gives the security group of another kind, by its name
   */
  ingress(group: (name: string) => SecurityGroup, settings: Settings): IngressRule[];
}
