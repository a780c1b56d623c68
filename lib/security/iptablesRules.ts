import type { FlowChain } from "./flowLog";
import { FLOW_LOG_GROUP, FLOW_LOG_RATE, flowPrefix } from "./flowLog";
import type { CtFirewallRules, Ingress } from "./ctFirewall";
import { addressOn, type Port, type Side } from "./securityGroup";

/** Compiles a CT's firewall to iptables rules. */

/** The words of each rule behind its chain, in the order in which they are asked. */
export type Rules = readonly string[];

const ANSWERS = "-m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT";

/** Name inside the CT of its interface on a side that it has. */
export function interfaceOf(ports: readonly Port[], side: Side): string {
  return `eth${ports.findIndex(({ on }) => on === side)}`;
}

/** Logs, as far as the rate allows, and drops what no rule let in. */
function drop(chain: FlowChain): string[] {
  const { perSecond, burst } = FLOW_LOG_RATE;
  return [
    `-m limit --limit ${perSecond}/sec --limit-burst ${burst} -j NFLOG ` +
      `--nflog-prefix "${flowPrefix(chain)}" --nflog-group ${FLOW_LOG_GROUP}`,
    "-j DROP",
  ];
}

/** The source's words; the whole world needs none. */
const from = (source: string) => (source === "0.0.0.0/0" ? "" : `-s ${source} `);

const behind = ({ ingress }: Pick<CtFirewallRules, "ingress">, where: Ingress["behind"]) =>
  ingress.filter((rule) => rule.behind === where);

/** Those on a side that the CT has: a missing interface is not the other one. */
const waysIn = (ct: CtFirewallRules, where: Ingress["behind"]) =>
  behind(ct, where).filter(({ on }) => addressOn(ct, on) !== undefined);

/** Drops broadcasts and multicasts without a log line: they are no attempt on this CT. */
const TO_ALL = ["broadcast", "multicast"].map((kind) => `-m pkttype --pkt-type ${kind} -j DROP`);

/** INPUT, for what comes to the CT itself. */
export function inputRules(ct: CtFirewallRules): Rules {
  const admitted = waysIn(ct, "host").flatMap(({ protocol, port, on, sources }) => {
    const match = `-i ${interfaceOf(ct.ports, on)} -p ${protocol} -m ${protocol} --dport ${port}`;
    return sources.map((source) => `${from(source)}${match} -j ACCEPT`);
  });
  return ["-i lo -j ACCEPT", ANSWERS, ...admitted, ...serviceDown(ct), ...TO_ALL, ...drop("input")];
}

/**
 * Refuses packets for a port that Docker publishes while no container has it; with a container they are
 * forwarded and never come here. Only those who may use the port get the refusal, at once. If the packets
 * were dropped, each request would wait for its timeout.
 */
function serviceDown(ct: CtFirewallRules): string[] {
  const rules = waysIn(ct, "docker").filter(({ protocol }) => protocol === "tcp");
  return rules.flatMap(({ on, port, sources }) => {
    const match = `-i ${interfaceOf(ct.ports, on)} -p tcp -m tcp --dport ${port}`;
    return sources.map((s) => `${from(s)}${match} -j REJECT --reject-with tcp-reset`);
  });
}

/** True for a CT that runs Docker: containers need a way out, and Docker has a chain. */
export function hasDocker(ct: Pick<CtFirewallRules, "ingress">): boolean {
  return behind(ct, "docker").length > 0;
}

/**
 * FORWARD of the mangle table, for what goes through the CT. Docker never touches this table, so it
 * stays closed when Docker's chains are flushed, for whatever else is published, and for a route
 * straight to a container: a connection counts by the address and port it was first sent to.
 */
export function forwardRules(ct: CtFirewallRules): Rules {
  if (!hasDocker(ct)) return drop("forward");
  const admitted = waysIn(ct, "docker").flatMap(({ protocol, port, on, sources }) => {
    const own = `--ctorigdst ${addressOn(ct, on)} --ctorigdstport ${port}`;
    const face = interfaceOf(ct.ports, on);
    const match = `-i ${face} -p ${protocol} -m conntrack --ctstate NEW ${own}`;
    return sources.map((source) => `${from(source)}${match} -j ACCEPT`);
  });
  // What containers send: to the internet, to the database, to each other. br-… are networks that
  // somebody makes with `docker network create`.
  const containers = ["docker0", "br-+"].map((bridge) => `-i ${bridge} -j ACCEPT`);
  return [...containers, ANSWERS, ...admitted, ...drop("forward")];
}

/**
 * DOCKER-USER, for what Docker publishes: for each port who may, then nobody. Packets are recognised
 * by the port that they were sent to, for Docker has rewritten it by the time this chain sees them.
 */
export function dockerUserRules(ct: Pick<CtFirewallRules, "ingress">): Rules {
  const rules = behind(ct, "docker");
  const ports = [...new Set(rules.map(({ protocol, port }) => `${protocol} ${port}`))];
  return ports.flatMap((one) => {
    const [protocol = "", port = ""] = one.split(" ");
    const match = `-p ${protocol} -m conntrack --ctstate NEW --ctorigdstport ${port}`;
    const own = rules.filter((r) => r.protocol === protocol && String(r.port) === port);
    const sources = own
      .flatMap(({ sources: from }) => from)
      .map((source) => source.replace(/\/32$/, ""));
    return [...sources.map((source) => `${match} ${from(source)}-j ACCEPT`), `${match} -j DROP`];
  });
}

/**
 * INPUT over IPv6, over which nobody is let in. Neighbour discovery is dropped as well: it serves to
 * be found by link-local addresses, and nothing in the lab is to be found by those. Address conflicts
 * are still noticed by the kernel's own question, and router advertisements, which would give a CT an
 * address and a way around NAT, are not heard.
 */
export function inputRulesV6(): Rules {
  return ["-i lo -j ACCEPT", ANSWERS, ...TO_ALL, ...drop("input")];
}

/** FORWARD of the mangle table over IPv6: nothing passes, for containers have no IPv6 addresses. */
export function forwardRulesV6(): Rules {
  return drop("forward");
}
