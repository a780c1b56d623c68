import type * as pulumi from "@pulumi/pulumi";
import type { CtSettings } from "../lib/config/settings";
import { DOCKER_UNIT } from "../lib/docker/installDocker";
import { HAPROXY_UNIT } from "../lib/haproxy/installHaproxy";
import { POSTGRES_UNIT } from "../lib/postgres/installPostgres";
import { wantedRules } from "../lib/security/rulesInForce";
import { memberOf, type SecurityGroup } from "../lib/security/securityGroup";
import { repairFirewall } from "../lib/security/installFirewall";
import { FirewallState } from "../provider/firewallState";
import type { StackConfig } from "./stackConfig";

/** The look at every CT's rules, at each preview and update. */
export function firewallState(
  config: StackConfig,
  opts: pulumi.CustomResourceOptions,
): FirewallState {
  const { loadBalancer, app, database } = config.securityGroups;
  const guarded = (group: SecurityGroup, service: string) => (ct: CtSettings) => {
    const member = memberOf(group, ct.name);
    const { vmid, name } = ct;
    const repair = repairFirewall(group, member, service);
    return { vmid, name, wanted: wantedRules(group, member), repair };
  };
  const cts = [
    ...[config.loadBalancer].map(guarded(loadBalancer, HAPROXY_UNIT)),
    ...config.appNodes.map(guarded(app, DOCKER_UNIT)),
    ...[config.database].map(guarded(database, POSTGRES_UNIT)),
  ];
  return new FirewallState("firewall", { node: config.access.endpoint, cts }, opts);
}
