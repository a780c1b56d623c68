import type { SecurityGroup } from "./model";
import { sourcesOf } from "./model";

/** Addresses that pg_hba.conf admits, in CIDR form: those that may reach the port at all. */
export function databaseClients(group: SecurityGroup, port: number): string[] {
  const rules = group.ingress.filter((rule) => rule.port === port && rule.protocol === "tcp");
  return [...new Set(rules.flatMap(sourcesOf))];
}
