import type { FlowChain } from "./flowLog";
import { FLOW_LOG_GROUP, FLOW_LOG_RATE, flowPrefix } from "./flowLog";
import type { IngressRule, Member, SecurityGroup, Side } from "./securityGroup";
import { sourcesOf } from "./securityGroup";

/** Compiles a security group to the iptables rules of one of its members. */

/** The words of each rule behind its chain, in the order in which they are asked. */
export type Rules = readonly string[];

const ANSWERS = "-m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT";

/** A CT's interface on a side that it has: the LAN's comes first where there is one. */
export function interfaceOf(member: Member, side: Side): string {
  return side === "private" && member.addresses.lan !== undefined ? "eth1" : "eth0";
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

const behind = ({ ingress }: SecurityGroup, where: IngressRule["behind"]) =>
  ingress.filter((rule) => rule.behind === where);

/** Those on a side that the member has: a missing interface is not the other one. */
const waysIn = (group: SecurityGroup, member: Member, where: IngressRule["behind"]) =>
  behind(group, where).filter(({ on }) => member.addresses[on] !== undefined);

/** Said to everybody in the subnet, which is no attempt on this CT: not worth a line of the log. */
const TO_ALL = ["broadcast", "multicast"].map((kind) => `-m pkttype --pkt-type ${kind} -j DROP`);

/** INPUT, for what comes to the CT itself. */
export function inputRules(group: SecurityGroup, member: Member): Rules {
  const admitted = waysIn(group, member, "host").flatMap((rule) => {
    const { protocol, port, on } = rule;
    const match = `-i ${interfaceOf(member, on)} -p ${protocol} -m ${protocol} --dport ${port}`;
    return sourcesOf(rule).map((source) => `${from(source)}${match} -j ACCEPT`);
  });
  return [
    "-i lo -j ACCEPT",
    ANSWERS,
    ...admitted,
    ...down(group, member),
    ...TO_ALL,
    ...drop("input"),
  ];
}

/**
 * For who may ask for a port that Docker publishes: its packets come here only while no container has
 * the port, and a refusal says at once that the service is down. Dropped, each would cost its sender a
 * timeout.
 */
function down(group: SecurityGroup, member: Member): string[] {
  const rules = waysIn(group, member, "docker").filter(({ protocol }) => protocol === "tcp");
  return rules.flatMap((rule) => {
    const match = `-i ${interfaceOf(member, rule.on)} -p tcp -m tcp --dport ${rule.port}`;
    return sourcesOf(rule).map((s) => `${from(s)}${match} -j REJECT --reject-with tcp-reset`);
  });
}

/** True for a group whose members run Docker: containers need a way out, and Docker has a chain. */
export function hasDocker(group: SecurityGroup): boolean {
  return behind(group, "docker").length > 0;
}

/**
 * FORWARD of the mangle table, for what goes through the CT. Docker never touches this table, so it
 * stays closed when Docker's chains are flushed, for whatever else is published, and for a route
 * straight to a container: a connection counts by the address and port it was first sent to.
 */
export function forwardRules(group: SecurityGroup, member: Member): Rules {
  if (!hasDocker(group)) return drop("forward");
  const admitted = waysIn(group, member, "docker").flatMap((rule) => {
    const { protocol, port, on } = rule;
    const own = `--ctorigdst ${member.addresses[on]} --ctorigdstport ${port}`;
    const match = `-i ${interfaceOf(member, on)} -p ${protocol} -m conntrack --ctstate NEW ${own}`;
    return sourcesOf(rule).map((source) => `${from(source)}${match} -j ACCEPT`);
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
export function dockerUserRules(group: SecurityGroup): Rules {
  const rules = behind(group, "docker");
  const ports = [...new Set(rules.map(({ protocol, port }) => `${protocol} ${port}`))];
  return ports.flatMap((one) => {
    const [protocol = "", port = ""] = one.split(" ");
    const match = `-p ${protocol} -m conntrack --ctstate NEW --ctorigdstport ${port}`;
    const own = rules.filter((r) => r.protocol === protocol && String(r.port) === port);
    const sources = own.flatMap(sourcesOf).map((source) => source.replace(/\/32$/, ""));
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
