import type { IngressRule, SecurityGroup } from "../security/securityGroup";
import { SSH_PORT } from "./settings";

/** The ways into the CTs of this package, in one place for the lab's groups and for single components. */

/** The load balancer's listener, for everybody in the LAN. */
export const listenerWay = (port: number): IngressRule => ({
  from: { cidr: "0.0.0.0/0" },
  port,
  protocol: "tcp",
  on: "lan",
  behind: "host",
  description: "the listener",
});

export const statsWay = (lanCidr: string, port: number): IngressRule => ({
  from: { cidr: lanCidr },
  port,
  protocol: "tcp",
  on: "lan",
  behind: "host",
  description: "the stats page",
});

/** The web service of an app node, for those who may ask it. */
export const serviceWay = (from: IngressRule["from"], port: number): IngressRule => ({
  from,
  port,
  protocol: "tcp",
  on: "private",
  behind: "docker",
  description: "the web service",
});

export const databaseWay = (from: IngressRule["from"], port: number): IngressRule => ({
  from,
  port,
  protocol: "tcp",
  on: "private",
  behind: "host",
  description: "PostgreSQL",
});

/** SSH, which every CT has. */
export const sshWay = (bastion: SecurityGroup): IngressRule => ({
  from: bastion,
  port: SSH_PORT,
  protocol: "tcp",
  on: "private",
  behind: "host",
  description: "SSH through the Proxmox node, keys only",
});

/** Name of the bastion's only member, as `./lab exec` calls the Proxmox node. */
export const BASTION = "pve";

/**
 * The Proxmox node as a security group: it may log in to every CT.
 *
 * @param gateway the node's address in the private subnet
 */
export const bastionGroup = (gateway: string): SecurityGroup => ({
  name: "bastion",
  // The node's own filter says what CTs may ask of it, a package cache at most: lib/net/nodeFilter.ts.
  members: [{ name: BASTION, ports: [{ on: "private", address: gateway }] }],
  ingress: [],
});
