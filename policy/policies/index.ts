import type { Policies } from "@pulumi/policy";
import { addressInSubnet } from "./addressInSubnet";
import { appFirewall } from "./appFirewall";
import { bootOrder } from "./bootOrder";
import { budget } from "./budget";
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
import { lbStats } from "./lbStats";
import { lbTls } from "./lbTls";
import { oneScript } from "./oneScript";
import { privateSubnet } from "./privateSubnet";
import { privilegedContainers } from "./privilegedContainers";
import { publishedPorts } from "./publishedPorts";
import { securityGroups } from "./securityGroups";
import { tags } from "./tags";
import { uniqueIdentity } from "./uniqueIdentity";

/** The private subnet, then the CTs, the load balancer and what runs in Docker. */
export const policies: Policies = [
  privateSubnet,
  securityGroups,
  declaredFirewall,
  oneScript,
  appFirewall,
  firewallFirst,
  publishedPorts,
  forwarding,
  databaseAccess,
  privilegedContainers,
  features,
  caps,
  budget,
  bootOrder,
  tags,
  uniqueIdentity,
  addressInSubnet,
  lbHealthCheck,
  lbStats,
  lbBackendHeader,
  lbTls,
  dockerContainers,
  images,
];
