import * as pulumi from "@pulumi/pulumi";
import { addAddress } from "../lib/net/cidr";
import { MAX_APP_NODES, type ProfileName, type StorageDriver } from "../lib/stack/settings";
import { nodeAccess } from "./access";
import { readAppImage } from "./appImage";
import { AppNode } from "./appNode";
import { Database } from "./database";
import { appGuest, databaseGuest, loadBalancerGuest } from "./guest";
import { LoadBalancer } from "./loadBalancer";
import type { LoadBalancerArgs } from "./loadBalancerArgs";
import { Site } from "./site";
import { targetOf } from "./appNode";

/** Arguments of a whole stack, all of them plain values or outputs of them. */
export interface WebStackArgs {
  /** URL of the Proxmox VE API, e.g. `https://192.168.1.5:8006/`. */
  proxmoxEndpoint: pulumi.Input<string>;
  /** Name of the Proxmox node, "pve1" by default. A change replaces every CT. */
  proxmoxNode?: pulumi.Input<string>;
  /** Storage of the CTs' disks, "local" by default. A change replaces every CT. */
  storage?: pulumi.Input<string>;
  /** Volume id of the CT template (Debian 12), for CTs that are made from now on. */
  template: pulumi.Input<string>;
  /** Address of the Proxmox node for SSH, which logs in as root. */
  sshHost: pulumi.Input<string>;
  /** SSH port of the Proxmox node, 1 to 65535, 22 by default. */
  sshPort?: pulumi.Input<number>;
  /** Public SSH host key of the Proxmox node, as `ssh-ed25519 AAAA…`. */
  sshHostKey: pulumi.Input<string>;
  /** Bridge of the LAN, "vmbr0" by default; it must exist. */
  lanBridge?: pulumi.Input<string>;
  /** Subnet of the LAN in CIDR form. */
  lanCidr: pulumi.Input<string>;
  /** Gateway of the LAN. */
  lanGateway: pulumi.Input<string>;
  /** The load balancer's address in the LAN; it must be free. Applied in place. */
  lanAddress: pulumi.Input<string>;
  /** Bridge of the private subnet, which is made here; "vmbr1" by default. */
  privateBridge?: pulumi.Input<string>;
  /** The Proxmox node's address in the private subnet, a /24; the CTs' follow it. "10.10.10.1" by default. */
  privateGateway?: pulumi.Input<string>;
  /** DNS resolver of the CTs, "1.1.1.1" by default. */
  nameserver?: pulumi.Input<string>;
  /** URL of a caching proxy for Debian packages; none by default. */
  aptProxy?: pulumi.Input<string>;
  /** vmid of the load balancer, 100 to 999999900, 110 by default; those of the others follow. A change replaces all. */
  firstVmid?: pulumi.Input<number>;
  /** Number of app nodes, 1 to 20, 2 by default. It is a plain number, for it decides what there is. */
  appNodes?: number;
  /** Storage driver of the app nodes' Docker, overlay2 by default, or fuse-overlayfs. */
  storageDriver?: pulumi.Input<string>;
  /** Folder with the build context of the web service, relative to the program's. Plain, for it is read. */
  imageContext: string;
  /** How the load balancer behaves when targets fail: tuned (the default), alb-default or plain. */
  profile?: pulumi.Input<string>;
  /** TCP port of the listener, 1 to 65535, 80 by default. */
  listenerPort?: pulumi.Input<number>;
}

/** How far the vmids and addresses of app nodes and database are from the load balancer's. */
const FIRST_APP = 1;
const DATABASE = 40;

/**
 * A load balancer, app nodes and their database in a private subnet, from plain values: what the single
 * components are put together to most of the time.
 */
export class WebStack extends pulumi.ComponentResource {
  /** Where the stack answers, given once every target is healthy. */
  public readonly url: pulumi.Output<string>;
  /** The stats page of the load balancer. */
  public readonly statsUrl: pulumi.Output<string>;
  /** Password of the stats page's user `admin`; secret. */
  public readonly statsPassword: pulumi.Output<string>;

  constructor(name: string, args: WebStackArgs, opts?: pulumi.ComponentResourceOptions) {
    super("homelab:index:WebStack", name, args, opts);
    const inside = { parent: this };
    const guests = stackGuests(name, args, this);
    const site = new Site(`${name}-site`, siteOf(args, guests), inside);
    const database = new Database(
      `${name}-db`,
      { site, guest: guests.database, clients: guests.app },
      inside,
    );
    const loadBalancer = new LoadBalancer(
      `${name}-lb`,
      {
        ...{ site, guest: guests.loadBalancer, listenerPort: args.listenerPort },
        // What is no profile is refused by the load balancer itself.
        profile: args.profile as LoadBalancerArgs["profile"] & pulumi.Input<ProfileName>,
        targets: guests.app.map((guest) => targetOf(guest)),
      },
      inside,
    );
    const image = readAppImage(args.imageContext);
    const nodes: AppNode[] = [];
    for (const guest of guests.app) {
      const own = { storageDriver: args.storageDriver as pulumi.Input<StorageDriver> | undefined };
      const shared = { site, database: database.endpoint, image, loadBalancer };
      // Which of them serve already is not known here: they come one after the other, the first time too.
      const after = nodes.at(-1);
      nodes.push(new AppNode(guest.name, { ...shared, ...own, guest, after }, inside));
    }
    const healthy = pulumi.all(nodes.map((node) => node.serving.id));
    this.url = healthy.apply(() => loadBalancer.url);
    this.statsUrl = loadBalancer.statsUrl;
    this.statsPassword = pulumi.secret(loadBalancer.statsPassword);
    this.registerOutputs({
      url: this.url,
      statsUrl: this.statsUrl,
      statsPassword: this.statsPassword,
    });
  }
}

function stackGuests(name: string, args: WebStackArgs, resource: pulumi.Resource) {
  const { appNodes: count = 2 } = args;
  if (!Number.isInteger(count) || count < 1 || count > MAX_APP_NODES) {
    throw new pulumi.ResourceError(`appNodes is ${count}; give 1 to ${MAX_APP_NODES}`, resource);
  }
  const first = pulumi.output(args.firstVmid ?? 110);
  const gateway = pulumi.output(args.privateGateway ?? "10.10.10.1");
  /** The CT that is so far from the load balancer. */
  const ct = (suffix: string, distance: number) => ({
    name: `${name}-${suffix}`,
    vmid: first.apply((vmid) => vmid + distance),
    address: gateway.apply((address) => addAddress(address, 9 + distance)),
  });
  return {
    loadBalancer: loadBalancerGuest({ ...ct("lb", 0), lanAddress: args.lanAddress }),
    app: Array.from({ length: count }, (_, index) =>
      appGuest(ct(`app${index + 1}`, FIRST_APP + index)),
    ),
    database: databaseGuest(ct("db", DATABASE)),
  };
}

function siteOf(args: WebStackArgs, guests: ReturnType<typeof stackGuests>) {
  const gateway = args.privateGateway ?? "10.10.10.1";
  return {
    proxmox: {
      endpoint: args.proxmoxEndpoint,
      nodeName: args.proxmoxNode ?? "pve1",
      storage: args.storage ?? "local",
      template: args.template,
    },
    access: nodeAccess(
      pulumi
        .all([args.sshHost, args.sshPort ?? 22, args.sshHostKey])
        .apply(([host, port, hostKey]) => ({ host, port, user: "root", hostKey })),
    ),
    lan: { bridge: args.lanBridge ?? "vmbr0", cidr: args.lanCidr, gateway: args.lanGateway },
    privateNetwork: {
      bridge: args.privateBridge ?? "vmbr1",
      cidr: pulumi.output(gateway).apply((address) => address.replace(/\.\d+$/, ".0/24")),
      gateway,
    },
    nameserver: args.nameserver,
    aptProxy: args.aptProxy,
    guests: [guests.loadBalancer, ...guests.app, guests.database],
  };
}
