import type { CtSettings, Settings } from "../config/settings";
import { APP_PORT, DATABASE_PORT, LISTENER_PORT, SSH_PORT, STATS_PORT } from "../config/settings";
import type { IngressRule, Member, SecurityGroup } from "./securityGroup";

/** The lab's security groups, by the part that their members play. */
export interface LabGroups {
  /** The Proxmox node as its guests see it, the way in for administrators. */
  bastion: SecurityGroup;
  loadBalancer: SecurityGroup;
  app: SecurityGroup;
  database: SecurityGroup;
}

/** Name of the bastion's only member, as `./lab exec` calls the Proxmox node. */
export const BASTION = "pve";

/** The security groups of a lab; what is not in here is closed, pings included. */
export function labGroups(settings: Settings): LabGroups {
  const bastion: SecurityGroup = {
    name: "bastion",
    // What CTs may ask of the node, a package cache at most, is in its own filter: lib/net/nodeFilter.ts.
    members: [{ name: BASTION, addresses: { private: settings.privateNetwork.gateway } }],
    ingress: [],
  };
  const ssh: IngressRule = {
    from: bastion,
    port: SSH_PORT,
    protocol: "tcp",
    on: "private",
    behind: "host",
    description: "SSH through the Proxmox node, keys only",
  };
  const loadBalancer: SecurityGroup = {
    name: "loadBalancer",
    members: [member(settings.loadBalancer, settings.loadBalancer.lanAddress)],
    ingress: [
      {
        from: { cidr: "0.0.0.0/0" },
        port: LISTENER_PORT,
        protocol: "tcp",
        on: "lan",
        behind: "host",
        description: "the listener",
      },
      {
        from: { cidr: settings.lan.cidr },
        port: STATS_PORT,
        protocol: "tcp",
        on: "lan",
        behind: "host",
        description: "the stats page",
      },
      ssh,
    ],
  };
  const app: SecurityGroup = {
    name: "app",
    members: settings.appNodes.map((node) => member(node)),
    ingress: [
      {
        from: loadBalancer,
        port: APP_PORT,
        protocol: "tcp",
        on: "private",
        behind: "docker",
        description: "the web service",
      },
      ssh,
    ],
  };
  const database: SecurityGroup = {
    name: "database",
    members: [member(settings.database)],
    ingress: [
      {
        from: app,
        port: DATABASE_PORT,
        protocol: "tcp",
        on: "private",
        behind: "host",
        description: "PostgreSQL",
      },
      ssh,
    ],
  };
  return { bastion, loadBalancer, app, database };
}

function member({ name, address }: CtSettings, lan?: string): Member {
  return { name, addresses: lan === undefined ? { private: address } : { private: address, lan } };
}
