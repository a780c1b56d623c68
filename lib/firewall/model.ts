/** Who may reach a TCP port of a CT. Compiled to iptables and, for the database, to pg_hba.conf. */
export interface PortAccess {
  port: number;
  /** IPv4 addresses that may connect; everybody else is dropped. */
  allowedSources: readonly string[];
  /**
   * Where the packets for the port go: `docker` when Docker publishes it (they are forwarded to a
   * container and pass DOCKER-USER), `host` when a process of the CT itself listens.
   */
  behind: "docker" | "host";
}

/** One iptables rule: its chain and the words behind it, in the order in which they are written. */
export interface Rule {
  chain: "DOCKER-USER" | "HOMELAB-INPUT";
  words: string[];
}

/**
 * Rules for IPv4. Packets for a published port are recognised by the port that they were sent to
 * (`--ctorigdstport`), for Docker has rewritten it by the time DOCKER-USER sees them.
 */
export function rulesV4(access: PortAccess): Rule[] {
  const port = String(access.port);
  const published = `-p tcp -m conntrack --ctstate NEW --ctorigdstport ${port}`.split(" ");
  const own = `-p tcp -m tcp --dport ${port}`.split(" ");
  const both = (chain: Rule["chain"], match: string[]): Rule[] => [
    ...access.allowedSources.map((source) => ({
      chain,
      words: [...match, "-s", source, "-j", "ACCEPT"],
    })),
    { chain, words: [...match, "-j", "DROP"] },
  ];
  // With its userland proxy off dockerd still holds a socket on the port: INPUT is closed as well.
  const input = both("HOMELAB-INPUT", own);
  return access.behind === "docker" ? [...both("DOCKER-USER", published), ...input] : input;
}

/** Rules for IPv6, over which nobody is allowed: sources are IPv4 addresses. */
export function rulesV6(access: PortAccess): Rule[] {
  return rulesV4({ ...access, allowedSources: [] });
}
