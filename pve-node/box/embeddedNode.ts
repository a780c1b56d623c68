/** What `./lab` knows of the embedded node once it runs; `./lab pve info --json` prints it. */
export interface EmbeddedNode {
  /** `https://127.0.0.1:<port>`; its certificate is signed by the CA in `caFile`. */
  apiUrl: string;
  caFile: string;
  /** `root@pam` and its password, for tools that need a ticket. */
  user: string;
  password: string;
  /** `user@realm!name` and its secret: the least role the program needs. */
  tokenId: string;
  tokenSecret: string;
  /** Proxmox node name. */
  node: string;
  /** Storage id for CT disks. */
  storage: string;
  /** Volume id of the CT template. */
  template: string;
  lanBridge: string;
  privateBridge: string;
  /** The LAN (the Docker network), its gateway and the address kept for the load balancer. */
  lanCidr: string;
  lanGateway: string;
  lbLanAddress: string;
  /** An address of the LAN that no CT has: `./lab reach` probes from there. */
  probeLanAddress: string;
  nameserver: string;
  /** Port of the package cache, on the node's address in the private subnet. */
  packageCachePort: number;
  sshHost: string;
  sshPort: number;
  sshUser: string;
  sshKeyFile: string;
  /** The node's host key as `ssh-ed25519 AAAA…`. */
  sshHostKey: string;
  knownHostsFile: string;
  /** The load balancer on this machine's loopback, e.g. `http://localhost:8080`. */
  localUrl: string;
}
