import type * as pulumi from "@pulumi/pulumi";
import type { NetworkSettings } from "../lib/net/nodeNetwork";
import type { Guest } from "../lib/stack/guest";
import type { NodeAccess } from "./access";

export interface SiteArgs extends NetworkSettings {
  proxmox: {
    /** URL of the Proxmox VE API, e.g. `https://192.168.1.5:8006/`. */
    endpoint: string;
    /** Name of the Proxmox node that the CTs are made on. */
    nodeName: string;
    /** Storage of the CTs' disks. A change replaces every CT. */
    storage: string;
    /** Volume id of the CT template, for CTs that are made from now on. */
    template: string;
  };
  /**
   * API token, `user@realm!name=secret`.
   *
   * @default - the environment's PROXMOX_VE_API_TOKEN, which keeps it out of the state
   */
  apiToken?: pulumi.Input<string>;
  /** The way onto the Proxmox node, and through it into every CT. */
  access: NodeAccess;
  /**
   * Every CT of the stack. The preflight asks for room for all of them, the node's filters know each of
   * their ports, and all of them are kept started.
   */
  guests: readonly Guest[];
  /** Whether the Proxmox firewall guards the CTs as well. Applied in place. */
  proxmoxFirewall: boolean;
}
