import type { CtFirewallRules } from "./ctFirewall";

/** Addresses that pg_hba.conf admits, in CIDR form: those that may reach the port at all. */
export function databaseClients({ ingress }: CtFirewallRules, port: number): string[] {
  const rules = ingress.filter((rule) => rule.port === port && rule.protocol === "tcp");
  return [...new Set(rules.flatMap(({ sources }) => sources))];
}
