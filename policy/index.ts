import { PolicyPack } from "@pulumi/policy";
import { appFirewall } from "./policies/appFirewall";
import { budget } from "./policies/budget";
import { databaseAccess } from "./policies/databaseAccess";
import { privateSubnet } from "./policies/privateSubnet";
import { privilegedContainers } from "./policies/privilegedContainers";

new PolicyPack("homelab", {
  policies: [privateSubnet, privilegedContainers, appFirewall, databaseAccess, budget],
});
