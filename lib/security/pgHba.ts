import type { SecurityGroup } from "./securityGroup";
import { sourcesOf } from "./securityGroup";

/** Addresses that pg_hba.conf admits, in CIDR form: those that may reach the port at all. */
export function databaseClients(group: SecurityGroup, port: number): string[] {
  const rules = group.ingress.filter((rule) => rule.port === port && rule.protocol === "tcp");
  return [...new Set(rules.flatMap(sourcesOf))];
}
