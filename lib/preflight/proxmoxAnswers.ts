/** What the Proxmox API answers, as far as the preflight looks at it. */

/** An entry of `GET /nodes`; figures are left out where the token may not audit the node. */
export interface NodeEntry {
  node: string;
  status: string;
  /** Bytes. */
  maxmem?: number;
}

/** An entry of `GET /nodes/{node}/storage`. */
export interface StorageEntry {
  storage: string;
  /** What it may hold, e.g. `rootdir,vztmpl`. */
  content: string;
  active?: number;
}

/** An entry of `GET /nodes/{node}/storage/{storage}/content`. */
export interface VolumeEntry {
  volid: string;
}

/** An entry of `GET /nodes/{node}/network`. */
export interface InterfaceEntry {
  iface: string;
  type: string;
  comments?: string;
}

/** An entry of `GET /cluster/resources?type=vm`. */
export interface GuestEntry {
  vmid: number;
  type: string;
  node: string;
  name?: string;
  /** Separated by `;`. */
  tags?: string;
  /** Bytes of its disk; of its file system, somewhat less, while it runs. */
  maxdisk?: number;
}

/** The answer of `GET /cluster/firewall/options`. */
export interface FirewallOptions {
  /** 1 when it is on; left out as long as nobody set it, which is off. */
  enable?: number;
}
