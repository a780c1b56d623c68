import type * as pulumi from "@pulumi/pulumi";
import type { NatMode } from "../lib/stack/settings";
import type { NodeAccess } from "./access";
import type { GuestArgs } from "./guest";

/** A subnet and the bridge of the Proxmox node that it is on. */
export interface SubnetArgs {
  /** Name of the bridge. A change restarts every CT; another private bridge replaces this one. */
  bridge: pulumi.Input<string>;
  /** The subnet in CIDR form, for example `192.168.1.0/24`. Applied in place. */
  cidr: pulumi.Input<string>;
  /** IPv4 address that leads out; in the private subnet the Proxmox node's own. Applied in place. */
  gateway: pulumi.Input<string>;
}

export interface SiteArgs {
  proxmox: {
    /** URL of the Proxmox VE API, e.g. `https://192.168.1.5:8006/`. */
    endpoint: pulumi.Input<string>;
    /** Name of the Proxmox node that the CTs are made on. A change replaces every CT. */
    nodeName: pulumi.Input<string>;
    /** Storage of the CTs' disks. A change replaces every CT. */
    storage: pulumi.Input<string>;
    /** Volume id of the CT template (Debian 12), for CTs that are made from now on. */
    template: pulumi.Input<string>;
  };
  /**
   * API token, `user@realm!name=secret`.
   *
   * @default - the environment's PROXMOX_VE_API_TOKEN, which keeps it out of the state
   */
  apiToken?: pulumi.Input<string>;
  /** The way onto the Proxmox node, and through it into every CT. */
  access: NodeAccess;
  /** The public subnet; its bridge must exist. */
  lan: SubnetArgs;
  /** The private subnet; its bridge is made here, so two sites of one Proxmox node need two names. */
  privateNetwork: SubnetArgs;
  /**
   * DNS resolver of the CTs, an IPv4 address on the LAN or beyond, or the private gateway. Applied in place.
   *
   * @default "1.1.1.1"
   */
  nameserver?: pulumi.Input<string>;
  /**
   * URL of a caching proxy for Debian packages that the CTs can reach.
   *
   * @default - none
   */
  aptProxy?: pulumi.Input<string | undefined>;
  /**
   * When the private subnet reaches the internet: `always`, or `provisioning`, only while packages are
   * installed; then `closeEgress` is the program's last step. Plain, for it decides which resources there are.
   *
   * @default "always"
   */
  nat?: NatMode;
  /**
   * Every CT of the site. The preflight asks for room for all of them, the node's filters know each of
   * their ports, and all of them are kept started. A CT more or less changes nothing of the others.
   */
  guests: readonly GuestArgs[];
  /**
   * Whether the Proxmox firewall guards the CTs as well; the cluster's own must be on. Applied in place.
   * Plain, for it decides which resources there are.
   *
   * @default false
   */
  proxmoxFirewall?: boolean;
}
