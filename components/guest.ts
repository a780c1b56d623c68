import * as pulumi from "@pulumi/pulumi";
import { addressOf } from "../lib/stack/guests";
import type { Guest, GuestKind } from "../lib/stack/guest";
import { APP, DATABASE, LOAD_BALANCER } from "../lib/stack/guestKinds";
import type { Side } from "../lib/security/securityGroup";

/** A CT as a program declares it. What becomes a resource's name, or decides which resources there are, is plain. */
export interface GuestArgs {
  /** Host name: small letters, digits and hyphens, 63 at most. Another name is another CT. */
  name: string;
  /** The part it plays: `lb`, `app`, `db` or one of your own. Becomes a tag of the CT. Applied in place. */
  role: string;
  /** Proxmox's number of the CT, 100 to 999999999; nobody else's. A change replaces the CT. */
  vmid: pulumi.Input<number>;
  /**
   * Its interfaces, in Proxmox's order, each with its IPv4 address; one of them in the private subnet. An
   * address is applied in place.
   */
  ports: readonly { on: Side; address: pulumi.Input<string> }[];
  /** Memory cap in MiB, 64 or more. Applied in place. */
  memoryMiB: pulumi.Input<number>;
  /** Root file system in GiB, 1 to 8192. It can grow, and not shrink. */
  diskGiB: pulumi.Input<number>;
  /** Order of starts, 1 first; those with the same number start together. Applied in place. */
  startOrder: pulumi.Input<number>;
  /** systemd unit of its service, which does not start before the CT's rules are in force. */
  unit: pulumi.Input<string>;
}

/** A CT of one of this package's kinds: what all CTs of the kind share need not be given. */
export interface PrivateGuestArgs {
  /** Host name: small letters, digits and hyphens, 63 at most. Another name is another CT. */
  name: string;
  /** Proxmox's number of the CT, 100 to 999999999; nobody else's. A change replaces the CT. */
  vmid: pulumi.Input<number>;
  /** IPv4 address in the private subnet. Applied in place. */
  address: pulumi.Input<string>;
  /**
   * Memory cap in MiB. Applied in place; an app node is drained and restarted.
   *
   * @default - 256 for a load balancer, 512 for an app node, 640 for a database
   */
  memoryMiB?: pulumi.Input<number>;
  /**
   * Root file system in GiB; it can grow, and not shrink.
   *
   * @default - 4 for a load balancer, 8 for an app node, 10 for a database
   */
  diskGiB?: pulumi.Input<number>;
}

export interface LoadBalancerGuestArgs extends PrivateGuestArgs {
  /** IPv4 address in the LAN; it must be free. Applied in place. */
  lanAddress: pulumi.Input<string>;
}

/** The CT of a load balancer, with one interface in the LAN and one in the private subnet. */
export function loadBalancerGuest(args: LoadBalancerGuestArgs): GuestArgs {
  const ports: GuestArgs["ports"] = [
    { on: "lan", address: args.lanAddress },
    { on: "private", address: args.address },
  ];
  return { ...ofKind(LOAD_BALANCER, args, { memoryMiB: 256, diskGiB: 4 }), ports };
}

/** The CT of an app node, in the private subnet. */
export function appGuest(args: PrivateGuestArgs): GuestArgs {
  return ofKind(APP, args, { memoryMiB: 512, diskGiB: 8 });
}

/** The CT of a database, in the private subnet. */
export function databaseGuest(args: PrivateGuestArgs): GuestArgs {
  return ofKind(DATABASE, args, { memoryMiB: 640, diskGiB: 10 });
}

function ofKind(
  { role, startOrder, unit }: GuestKind,
  { name, vmid, address, memoryMiB, diskGiB }: PrivateGuestArgs,
  usual: { memoryMiB: number; diskGiB: number },
): GuestArgs {
  return {
    ...{ name, role, vmid, startOrder, unit },
    ports: [{ on: "private", address }],
    memoryMiB: memoryMiB ?? usual.memoryMiB,
    diskGiB: diskGiB ?? usual.diskGiB,
  };
}

/** The CT with all its values; known at preview when they are. */
export function knownGuest(guest: GuestArgs): pulumi.Output<Guest> {
  return pulumi.output(guest);
}

export function guestAddress(guest: GuestArgs, side: Side): pulumi.Output<string> {
  return knownGuest(guest).apply((known) => addressOf(known, side));
}
