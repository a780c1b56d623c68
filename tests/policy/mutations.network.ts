import type { EditedStack, Mutation } from "./mutation";

const of = (policy: string, edits: Record<string, (stack: EditedStack) => void>): Mutation[] =>
  Object.entries(edits).map(([name, edit]) => ({ policy, name, edit }));

const CHAIN = "-A DOCKER-USER";
const MATCH = `${CHAIN} -p tcp -m conntrack --ctstate NEW --ctorigdstport 3000`;
const ACCEPT = `${MATCH} -s 10.10.10.10 -j ACCEPT`;
const DROP = `${MATCH} -j DROP`;
const INPUT = "-A INPUT";
const DB_CLIENT = `${INPUT} -s 10.10.10.11/32 -i eth0 -p tcp -m tcp --dport 5432 -j ACCEPT`;
const STATS = `${INPUT} -s 172.20.0.0/24 -i eth0 -p tcp -m tcp --dport 8404 -j ACCEPT`;
const SSH = `${INPUT} -s 10.10.10.1/32 -i eth0 -p tcp -m tcp --dport 22 -j ACCEPT`;
const FORWARD = "-A FORWARD";
const SERVICE = `${FORWARD} -s 10.10.10.10/32 -i eth0 -p tcp`;

/** The edit's `from` must be in the script of app1's firewall. */
const rule = (from: string, to: string) => (stack: EditedStack) =>
  stack.script("app1-firewall", from, to);
// The script has the file's text twice: it compares before it writes.
const hba = (from: string, to: string) => (stack: EditedStack) => {
  stack.everywhereIn("db-config", from, to);
};
const CLIENT = "hostssl app app 10.10.10.11/32 scram-sha-256";

interface Ingress {
  sources: string[];
  port: number;
  protocol: string;
}
/** The first way in that the CT's firewall is kept at. */
const ingressOf = (stack: EditedStack, ct: string): Ingress => {
  const { rules } = stack.inputs(`${ct}-firewall-state`) as { rules: { ingress: [Ingress] } };
  return rules.ingress[0];
};

/** Edits that open the private subnet. */
export const networkMutations: Mutation[] = [
  ...of("ct-private-subnet-only", {
    "app node in the LAN": (s) => (s.inputs("app1-ct").networkInterfaces[0].bridge = "vmbr0"),
    "database in the LAN": (s) => (s.inputs("db-ct").networkInterfaces[0].bridge = "vmbr0"),
    "second interface in the LAN": (s) =>
      s.inputs("app2-ct").networkInterfaces.push({ name: "eth1", bridge: "vmbr0" }),
    "interface on the default bridge": (s) =>
      s.inputs("app3-ct").networkInterfaces.push({ name: "eth1" }),
  }),
  ...of("ct-security-group-closed", {
    "database open to 0.0.0.0/0": (s) =>
      s.script("db-firewall", DB_CLIENT, DB_CLIENT.replace("10.10.10.11/32", "0.0.0.0/0")),
    "database open without a source": (s) =>
      s.script("db-firewall", DB_CLIENT, DB_CLIENT.replace("-s 10.10.10.11/32 ", "")),
    "database open to half the internet": (s) =>
      s.script("db-firewall", DB_CLIENT, DB_CLIENT.replace("10.10.10.11/32", "128.0.0.0/1")),
    "database open to the private subnet": (s) =>
      s.script("db-firewall", DB_CLIENT, DB_CLIENT.replace("10.10.10.11/32", "10.10.10.0/24")),
    "database open to a foreign address": (s) =>
      s.script("db-firewall", DB_CLIENT, DB_CLIENT.replace("10.10.10.11", "10.10.10.99")),
    "database shut to an app node": (s) => s.script("db-firewall", `${DB_CLIENT}\n`, ""),
    "database open on another port": (s) =>
      s.script("db-firewall", DB_CLIENT, `${INPUT} -p tcp --dport 9187 -j ACCEPT\n${DB_CLIENT}`),
    "database open over ::/0": (s) =>
      s.append("db-firewall", "ip6tables -I INPUT -s ::/0 -p tcp --dport 5432 -j ACCEPT"),
    "database's rules flushed later": (s) => s.append("db-install", "iptables -F INPUT"),
    "app node's INPUT open to 0.0.0.0/0": (s) =>
      s.append("app1-firewall", "iptables -I INPUT -s 0.0.0.0/0 -j ACCEPT"),
    "app node's INPUT open to the LAN": (s) =>
      s.append("app2-firewall", "iptables -I INPUT -s 172.20.0.0/24 -p tcp -j ACCEPT"),
    "database's rules never loaded": (s) =>
      s.script("db-firewall", "iptables-restore -w 10 --noflush < /etc", "true < /etc"),
    "no default drop": (s) => {
      s.script("db-firewall", ":INPUT DROP", ":INPUT ACCEPT");
      s.script("db-firewall", "\niptables -w 10 -P INPUT DROP", "");
      s.script("db-firewall", `${INPUT} -j DROP\n`, "");
    },
    "default drop taken back over IPv6": (s) => {
      s.append("app1-firewall", "ip6tables -P INPUT ACCEPT; ip6tables -F INPUT");
    },
    "database open over UDP": (s) =>
      s.script("db-firewall", DB_CLIENT, `${DB_CLIENT}\n${DB_CLIENT.replaceAll("tcp", "udp")}`),
    "database open to a client on another port": (s) =>
      s.script("db-firewall", DB_CLIENT, `${DB_CLIENT}\n${DB_CLIENT.replace("5432", "22")}`),
    "SSH open to the private subnet": (s) =>
      s.script("app2-firewall", SSH, SSH.replace("10.10.10.1/32", "10.10.10.0/24")),
    "pings let in with everything else": (s) =>
      s.script("app2-firewall", SSH, `${SSH}\n${INPUT} -i eth0 -j ACCEPT`),
    "load balancer open on another port": (s) =>
      s.script("lb-firewall", STATS, `${STATS}\n${INPUT} -p tcp --dport 9999 -j ACCEPT`),
    "stats page open to 0.0.0.0/0": (s) =>
      s.script("lb-firewall", STATS, STATS.replace("172.20.0.0/24", "0.0.0.0/0")),
    "load balancer's SSH open to the LAN": (s) =>
      s.script("lb-firewall", STATS, `${STATS}\n${STATS.replace("8404", "22")}`),
    "Proxmox firewall open to 0.0.0.0/0": (s) =>
      s.add("proxmoxve:firewall/rulesLegacy:RulesLegacy", "open", {
        containerId: 150,
        rules: [{ type: "in", action: "ACCEPT", source: "0.0.0.0/0", dport: "5432" }],
      }),
  }),
  ...of("ct-firewall-as-installed", {
    "database kept open to 0.0.0.0/0": (s) => (ingressOf(s, "db").sources = ["0.0.0.0/0"]),
    "app node kept open to another app node": (s) =>
      ingressOf(s, "app1").sources.push("10.10.10.12/32"),
    "app node kept open on another port": (s) => (ingressOf(s, "app3").port = 2375),
    "load balancer kept open over UDP": (s) => (ingressOf(s, "lb").protocol = "udp"),
  }),
  ...of("ct-command-one-script", {
    "app node's firewall opened by an update": (s) =>
      (s.inputs("app1-firewall").update = "iptables -P INPUT ACCEPT; iptables -F"),
    "database's pg_hba.conf opened by an update": (s) =>
      (s.inputs("db-config").update = "echo host all all all trust > /etc/postgresql/pg_hba.conf"),
  }),
  ...of("app-docker-user-rules", {
    "wrong order": rule(`${ACCEPT}\n${DROP}`, `${DROP}\n${ACCEPT}`),
    "missing DROP": rule(`${ACCEPT}\n${DROP}\n`, `${ACCEPT}\n`),
    "missing ACCEPT": rule(`${ACCEPT}\n`, ""),
    "wrong address": rule(ACCEPT, ACCEPT.replace("10.10.10.10", "10.10.10.99")),
    "whole subnet": rule(ACCEPT, ACCEPT.replace("10.10.10.10", "10.10.10.0/24")),
    "0.0.0.0/0 added": rule(ACCEPT, ACCEPT.replace("10.10.10.10", "0.0.0.0/0")),
    "wrong port": rule(ACCEPT, ACCEPT.replace("3000", "3001")),
    "port after Docker's rewriting": rule(DROP, DROP.replace("--ctorigdstport", "--dport")),
    "DROP for UDP": rule(DROP, DROP.replace("tcp", "udp")),
    "RETURN in place of DROP": rule(DROP, DROP.replace("DROP", "RETURN")),
    "ACCEPT of everything before": rule(ACCEPT, `${CHAIN} -j ACCEPT\n${ACCEPT}`),
    "ACCEPT of everything after": rule(DROP, `${DROP}\n${CHAIN} -s 172.20.0.0/24 -j ACCEPT`),
    "chain flushed when Docker is set up": (s) =>
      s.append("app1-docker", "iptables -F DOCKER-USER"),
    "open over IPv6": (s) => s.append("app2-firewall", "ip6tables -I DOCKER-USER -p tcp -j ACCEPT"),
  }),
  ...of("app-forwarding-closed", {
    "mangle rules taken out": (s) =>
      s.append(
        "app1-firewall",
        "iptables -t mangle -F FORWARD; iptables -t mangle -P FORWARD ACCEPT",
      ),
    "no default drop": (s) => {
      s.script("app1-firewall", ":FORWARD DROP", ":FORWARD ACCEPT");
      s.script("app1-firewall", "\niptables -w 10 -t mangle -P FORWARD DROP", "");
      s.script("app1-firewall", `${FORWARD} -j DROP\n`, "");
    },
    "everything from the load balancer": rule(
      SERVICE,
      `${FORWARD} -s 10.10.10.10/32 -i eth0 -j ACCEPT\n${SERVICE}`,
    ),
    "the service for the private subnet": rule(
      SERVICE,
      SERVICE.replace("10.10.10.10/32", "10.10.10.0/24"),
    ),
    "a second port for everybody": rule(
      SERVICE,
      `${FORWARD} -p tcp -m conntrack --ctstate NEW --ctorigdstport 1 -j ACCEPT\n${SERVICE}`,
    ),
    "UDP for everybody": rule(SERVICE, `${FORWARD} -p udp -j ACCEPT\n${SERVICE}`),
    "everything that comes in by the network": rule(
      SERVICE,
      `${FORWARD} -i eth+ -j ACCEPT\n${SERVICE}`,
    ),
    "open over IPv6": (s) => s.append("app3-firewall", "ip6tables -t mangle -I FORWARD -j ACCEPT"),
    "shut to the load balancer": rule(SERVICE, SERVICE.replace("10.10.10.10", "10.10.10.99")),
  }),
  ...of("app-firewall-before-docker", {
    "Docker does not wait for the firewall": (s) => s.independent("app1-docker"),
    "Docker installed before the rules": (s) =>
      (s.inputs("app2-firewall").create =
        `apt-get install -y docker.io\n${s.inputs("app2-firewall").create}`),
    "container does not wait for Docker": (s) => {
      s.independent("app3-web");
      s.independent("app3-engine");
    },
  }),
  ...of("app-published-port-guarded", {
    "second port": (s) => s.inputs("app1-web").ports.push({ internal: 9090, external: 9090 }),
    "other number outside": (s) => (s.inputs("app1-web").ports[0].external = 8080),
    "number that Docker chooses": (s) => delete s.inputs("app2-web").ports[0].external,
    "all ports": (s) => (s.inputs("app3-web").publishAllPorts = true),
  }),
  ...of("db-hba-app-nodes-only", {
    "all addresses": hba(CLIENT, "hostssl app app all scram-sha-256"),
    "0.0.0.0/0": hba(CLIENT, "hostssl app app 0.0.0.0/0 scram-sha-256"),
    "the private subnet": hba(CLIENT, "hostssl app app 10.10.10.0/24 scram-sha-256"),
    "a foreign address": hba(CLIENT, "hostssl app app 10.10.10.99/32 scram-sha-256"),
    "without TLS": hba(CLIENT, "host app app 10.10.10.11/32 scram-sha-256"),
    "trusted clients": hba(CLIENT, "hostssl app app 10.10.10.11/32 trust"),
    "weak password method": hba(CLIENT, "hostssl app app 10.10.10.11/32 md5"),
    "trusted local users": hba("local all postgres peer", "local all all trust"),
    "::/0": hba(CLIENT, `${CLIENT}\nhostssl all all ::/0 scram-sha-256`),
  }),
];
