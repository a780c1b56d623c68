import * as proxmoxve from "@muhlba91/pulumi-proxmoxve";
import * as pulumi from "@pulumi/pulumi";
import type { CtPlacement } from "./components";
import { nodeNetwork } from "./lib/net/nodeNetwork";
import {
  AppNode,
  Database,
  firewallState,
  LoadBalancer,
  Network,
  powerState,
  preflight,
  readAppImage,
  readStackConfig,
  targetOf,
} from "./components";

const config = readStackConfig();
const image = readAppImage(config.appImageContext);
const { proxmox, access, lan, privateNetwork, securityGroups } = config;
// First of all: what Proxmox would refuse half way is refused before anything is made.
const checks = preflight(config);
const power = powerState(config, { dependsOn: checks });
const first = { dependsOn: [checks, power] };
const provider = new proxmoxve.Provider(
  "proxmox",
  { endpoint: proxmox.endpoint, apiToken: config.apiToken },
  first,
);
const on = { providers: { proxmoxve: provider }, ...first };

const network = new Network(
  "network",
  {
    nodeName: proxmox.nodeName,
    access,
    network: nodeNetwork(config),
  },
  on,
);

const placement: CtPlacement = {
  nodeName: proxmox.nodeName,
  access,
  storage: proxmox.storage,
  template: proxmox.template,
  nameserver: config.nameserver,
  power,
  egress: network.egress,
  aptProxy: config.aptProxy,
  proxmoxFirewall: config.proxmoxFirewall,
};
const subnet = {
  placement,
  network,
  privateCidr: privateNetwork.cidr,
  privateGateway: privateNetwork.gateway,
};
const database = new Database(
  "db",
  { ...config.database, ...subnet, securityGroup: securityGroups.database },
  on,
);

const loadBalancer = new LoadBalancer(
  "lb",
  {
    ...config.loadBalancer,
    ...subnet,
    lanCidr: lan.cidr,
    lanGateway: lan.gateway,
    securityGroup: securityGroups.loadBalancer,
    targets: config.appNodes.map(targetOf),
  },
  on,
);

const shared = {
  ...subnet,
  securityGroup: securityGroups.app,
  database: database.endpoint,
  image,
  loadBalancer,
};
const appNodes: AppNode[] = [];
for (const node of config.appNodes) {
  const after = appNodes.at(-1);
  appNodes.push(new AppNode(node.name, { ...node, ...shared, after }, on));
}
network.egress?.close("network-egress-closed", [loadBalancer, ...appNodes]);
// Last: each CT's rules are in force by now, at this update as at every later one.
firewallState(config, { dependsOn: [database, ...appNodes, loadBalancer] });

// Given once every target is healthy.
export const url = pulumi
  .all(appNodes.map((node) => node.attachment.id))
  .apply(() => loadBalancer.url);
export const statsUrl = loadBalancer.statsUrl;
export const statsUser = loadBalancer.statsUser;
export const statsPassword = pulumi.secret(loadBalancer.statsPassword);
const loadBalancerSummary = loadBalancer.summary;
const databaseSummary = database.summary;
export { databaseSummary as database, loadBalancerSummary as loadBalancer };
export const budget = config.budget;
export const targets = pulumi.all(appNodes.map((node) => node.summary));
