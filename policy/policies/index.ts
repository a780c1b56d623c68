import type { Policies } from "@pulumi/policy";
import { addressInSubnet } from "./addressInSubnet";
import { appFirewall } from "./appFirewall";
import { bootOrder } from "./bootOrder";
import { budget } from "./budget";
import { beforeRun } from "./beforeRun";
import { bridges } from "./bridges";
import { connections } from "./connections";
import { ctArguments } from "./ctArguments";
import { databaseSettings } from "./databaseSettings";
import { dockerDaemon } from "./dockerDaemon";
import { lbConfig } from "./lbConfig";
import { lbTargets } from "./lbTargets";
import { nodeFilters } from "./nodeFilters";
import { noRouter } from "./noRouter";
import { persistentFirewall } from "./persistentFirewall";
import { plainSecrets } from "./plainSecrets";
import { proxmoxFirewall } from "./proxmoxFirewall";
import { serviceConnected } from "./serviceConnected";
import { stackJudged } from "./stackJudged";
import { valuesKnown } from "./valuesKnown";
import { caps } from "./caps";
import { databaseAccess } from "./databaseAccess";
import { declaredFirewall } from "./declaredFirewall";
import { dockerContainers } from "./dockerContainers";
import { features } from "./features";
import { firewallFirst } from "./firewallFirst";
import { forwarding } from "./forwarding";
import { images } from "./images";
import { lbBackendHeader } from "./lbBackendHeader";
import { lbHealthCheck } from "./lbHealthCheck";
import { lbRequests } from "./lbRequests";
import { lbStats } from "./lbStats";
import { lbTimeouts } from "./lbTimeouts";
import { lbTls } from "./lbTls";
import { oneScript } from "./oneScript";
import { privateSubnet } from "./privateSubnet";
import { privilegedContainers } from "./privilegedContainers";
import { publishedPorts } from "./publishedPorts";
import { outsideScripts, scripts } from "./scripts";
import { securityGroups } from "./securityGroups";
import { tags } from "./tags";
import { uniqueIdentity } from "./uniqueIdentity";

/** The private subnet, then the CTs, the load balancer and what runs in Docker. */
export const policies: Policies = [
  stackJudged,
  scripts,
  outsideScripts,
  beforeRun,
  valuesKnown,
  privateSubnet,
  bridges,
  nodeFilters,
  securityGroups,
  persistentFirewall,
  declaredFirewall,
  proxmoxFirewall,
  oneScript,
  noRouter,
  appFirewall,
  firewallFirst,
  publishedPorts,
  forwarding,
  dockerDaemon,
  databaseAccess,
  databaseSettings,
  privilegedContainers,
  features,
  ctArguments,
  caps,
  budget,
  bootOrder,
  tags,
  uniqueIdentity,
  addressInSubnet,
  lbHealthCheck,
  lbTargets,
  lbRequests,
  lbTimeouts,
  lbConfig,
  lbStats,
  lbBackendHeader,
  lbTls,
  dockerContainers,
  serviceConnected,
  images,
  plainSecrets,
  connections,
];
