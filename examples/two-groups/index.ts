import * as pulumi from "@pulumi/pulumi";
import {
  appGuest,
  type DatabaseEndpoint,
  LoadBalancer,
  loadBalancerGuest,
  nodeAccess,
  readAppImage,
  rollingNodes,
  servingNodes,
  Site,
  STATE_VERSION,
  targetOf,
} from "homelab/components";

const config = new pulumi.Config();

/** Two groups in one private subnet; each has a load balancer of its own in the LAN. */
const groups = [
  { name: "blue", first: 300, host: 10, listenerPort: 80 },
  { name: "green", first: 310, host: 20, listenerPort: 8080 },
].map(({ name, first, host, listenerPort }) => ({
  name,
  listenerPort,
  balancer: loadBalancerGuest({
    name: `${name}-lb`,
    vmid: first,
    lanAddress: config.require(`${name}LanAddress`),
    address: `10.30.0.${host}`,
  }),
  nodes: [1, 2].map((number) =>
    appGuest({
      name: `${name}-${number}`,
      vmid: first + number,
      address: `10.30.0.${host + number}`,
    }),
  ),
}));

/** The database is none of this program's business; it only has to be there. */
const database: DatabaseEndpoint = {
  address: config.require("databaseHost"),
  port: config.requireNumber("databasePort"),
  database: config.require("databaseName"),
  role: config.require("databaseRole"),
  password: config.requireSecret("databasePassword"),
  certificate: config.require("databaseCertificate"),
};

export = async () => {
  const serving = await servingNodes();
  const site = new Site("site", {
    proxmox: {
      endpoint: config.require("proxmoxEndpoint"),
      nodeName: config.require("proxmoxNode"),
      storage: "local",
      template: config.require("template"),
    },
    access: nodeAccess({
      host: config.require("sshHost"),
      port: config.requireNumber("sshPort"),
      user: "root",
      hostKey: config.require("sshHostKey"),
    }),
    lan: {
      bridge: "vmbr0",
      cidr: config.require("lanCidr"),
      gateway: config.require("lanGateway"),
    },
    privateNetwork: { bridge: "vmbr30", cidr: "10.30.0.0/24", gateway: "10.30.0.1" },
    nameserver: config.require("nameserver"),
    aptProxy: config.get("aptProxy"),
    guests: groups.flatMap(({ balancer, nodes }) => [balancer, ...nodes]),
  });
  const image = readAppImage(".image");
  const made = groups.map(({ name, balancer, nodes, listenerPort }) => {
    const loadBalancer = new LoadBalancer(`${name}-lb`, {
      site,
      guest: balancer,
      listenerPort,
      targets: nodes.map((guest) => targetOf(guest)),
      healthCheck: { intervalMs: 2000 },
      deregistrationDelaySeconds: 5,
    });
    const appNodes = rollingNodes(
      nodes.map((guest) => ({
        name: guest.name,
        args: { site, guest, database, image, loadBalancer },
      })),
      serving,
    );
    return { name, loadBalancer, appNodes };
  });
  const all = made.flatMap(({ appNodes }) => appNodes);
  return {
    // Given once the targets of all groups are healthy.
    urls: pulumi
      .all(all.map((node) => node.serving.id))
      .apply(() =>
        pulumi.output(
          Object.fromEntries(made.map(({ name, loadBalancer }) => [name, loadBalancer.url])),
        ),
      ),
    targets: pulumi.all(all.map((node) => node.summary)),
    stateVersion: STATE_VERSION,
  };
};
