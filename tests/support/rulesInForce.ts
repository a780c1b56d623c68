import type { WantedRules } from "../../lib/security/rulesInForce";

/** What a CT tells when its rules are those that are wanted, printed as iptables prints them. */
export function inForce(wanted: WantedRules, changes: Record<string, string> = {}): string {
  const chain = (name: string, rules: readonly string[]) => rules.map((r) => `-A ${name} ${r}`);
  // iptables prints the source first, with its prefix.
  const docker = wanted.dockerUser.map((rule) => {
    const source = / -s (\S+)/.exec(rule)?.[1];
    return source ? `-s ${source}/32 ${rule.replace(` -s ${source}`, "")}` : rule;
  });
  const own = docker.length > 0 ? ["-N DOCKER-USER", "-A FORWARD -j DOCKER-USER"] : [];
  const sections: Record<string, string> = {
    filter: [
      "-P INPUT DROP",
      "-P FORWARD DROP",
      ...own,
      ...chain("INPUT", wanted.input),
      "-A FORWARD -o docker0 -j DOCKER",
      ...chain("DOCKER-USER", docker),
      ...(docker.length > 0 ? ["-A DOCKER-USER -j RETURN"] : []),
    ].join("\n"),
    mangle: ["-P FORWARD DROP", ...chain("FORWARD", wanted.forward)].join("\n"),
    filter6: ["-P INPUT DROP", ...chain("INPUT", wanted.inputV6)].join("\n"),
    mangle6: ["-P FORWARD DROP", ...chain("FORWARD", wanted.forwardV6)].join("\n"),
    daemon: '{\n  "userland-proxy": false\n}',
    rivals: "inactive\ninactive\ninactive\ninactive",
    load: "",
    ...changes,
  };
  return Object.entries(sections)
    .map(([name, text]) => `== ${name}\n${text}\n`)
    .join("");
}
