import type { EditedStack, Mutation } from "./mutation";

const of = (policy: string, edits: Record<string, (stack: EditedStack) => void>): Mutation[] =>
  Object.entries(edits).map(([name, edit]) => ({ policy, name, edit }));

const VM = "proxmoxve:index/vmLegacy:VmLegacy";
const remove = (stack: EditedStack, name: string) => {
  const at = stack.resources.findIndex((one) => one.name === name);
  stack.resources.splice(at, 1);
};
const ssh = (host: string) => ({ host, user: "root", hostKey: "ssh-ed25519 A", privateKey: "K" });

/** Edits of what is declared beside rules and texts: types, arguments, connections, values. */
export const declaredMutations: Mutation[] = [
  ...of("stack-judged", {
    "a VM": (s) => s.add(VM, "vm", { vmId: 111, memory: { dedicated: 512 } }),
    "a VM of an older provider": (s) =>
      s.add("proxmoxve:VM/virtualMachine:VirtualMachine", "vm", {}),
    "a clone": (s) => s.add("proxmoxve:cloned/vm:Vm", "vm", {}),
    "another provider's CT": (s) => s.add("proxmox:index/lxc:Lxc", "ct", {}),
    "a user of Proxmox": (s) => s.add("proxmoxve:index/userLegacy:UserLegacy", "eve", {}),
    "the node's own firewall": (s) =>
      s.add("proxmoxve:node/firewall:Firewall", "off", { enabled: false }),
    "a file on the node's storage": (s) => s.add("proxmoxve:storage/nfs:Nfs", "nfs", {}),
    "a network of Docker": (s) =>
      s.add("docker:index/network:Network", "net", { driver: "macvlan" }),
    "a plugin of Docker": (s) => s.add("docker:index/plugin:Plugin", "plugin", {}),
    "a dynamic resource with a way in": (s) =>
      s.add("pulumi-nodejs:dynamic:Resource", "run", {
        host: "10.10.10.50",
        script: "iptables -F",
      }),
    "a dynamic resource of another name": (s) =>
      s.add("pulumi-nodejs:dynamic/homelab:RunAnything", "run", { node: ssh("10.10.10.50") }),
  }),
  ...of("preview-values-known", {
    "a script of an output": (s) => (s.inputs("lb-activate").create = "stdout of lb-install"),
  }),
  ...of("scripts-judged-before-run", {
    "rules that open everything": (s) => s.append("app1-firewall", "iptables -I INPUT -j ACCEPT"),
    "a script that cannot be followed": (s) => s.append("lb-activate", "curl -s http://x | sh"),
  }),
  ...of("node-scripts-judged", {
    "a command on the node": (s) =>
      s.add("command:remote:Command", "extra", {
        connection: ssh("127.0.0.1"),
        create: "qm start 100",
      }),
    "a local command that logs in": (s) =>
      s.add("command:local:Command", "extra", { create: "ssh root@10.10.10.50 iptables -F" }),
    "a local command for Docker": (s) =>
      s.add("command:local:Command", "extra", { create: "docker -H ssh://root@10.10.10.11 run x" }),
    "the node's clock of forwarding": (s) =>
      s.append("site-network-filters", "echo 1 > /proc/sys/net/ipv6/conf/all/forwarding"),
  }),
  ...of("node-filters-present", {
    "no command for them": (s) => remove(s, "site-network-filters"),
    "flushed by another command": (s) =>
      s.add("command:remote:Command", "extra", {
        connection: ssh("127.0.0.1"),
        create: "nft flush ruleset",
      }),
    "other rules of iptables on the node": (s) =>
      s.append(
        "site-network-filters",
        "iptables -t nat -A PREROUTING -p tcp --dport 5432 -j DNAT --to 10.10.10.50",
      ),
  }),
  ...of("bridge-private-portless", {
    "a network card": (s) => (s.inputs("site-network-private").ports = ["eth1"]),
    "VLANs handed through": (s) => (s.inputs("site-network-private").vlanAware = true),
    "a second way out": (s) => (s.inputs("site-network-private").gateway = "10.10.10.254"),
    "gone after a reboot": (s) => (s.inputs("site-network-private").autostart = false),
  }),
  ...of("ct-known-arguments", {
    "hook script": (s) => (s.inputs("app1-ct").hookScriptFileId = "local:snippets/x.sh"),
    "disk of the node": (s) => (s.inputs("app1-ct").devicePassthroughs = [{ path: "/dev/sda" }]),
    "root of the node": (s) =>
      (s.inputs("db-ct").idmaps = [{ type: "uid", containerId: 0, hostId: 0, size: 65536 }]),
    VLAN: (s) => (s.inputs("db-ct").networkInterfaces[0].vlanId = 5),
    IPv6: (s) => (s.inputs("db-ct").initialization.ipConfigs[0].ipv6 = { address: "auto" }),
    "password of root": (s) => (s.inputs("lb-ct").initialization.userAccount.password = "hunter2"),
    "options of a mount": (s) =>
      (s.inputs("db-ct").mountPoints = [
        { volume: "local", path: "/data", size: "1G", mountOptions: ["dev"] },
      ]),
    "an environment": (s) => (s.inputs("db-ct").environmentVariables = { KEY: "hunter2" }),
    "a clone of another CT": (s) => (s.inputs("db-ct").clone = { vmId: 999 }),
    entrypoint: (s) => (s.inputs("db-ct").initialization.entrypoint = "/bin/sh"),
    "a console for everybody": (s) => (s.inputs("db-ct").console = { type: "shell" }),
    "an argument that nobody knows": (s) => (s.inputs("db-ct").notYetInvented = true),
  }),
  ...of("ct-scripts-judged", {
    "a copied script": (s) => {
      s.add("command:remote:CopyToRemote", "tool", {
        connection: ssh("10.10.10.11"),
        remotePath: "/tmp/x.sh",
      });
      s.append("app1-docker", "sh /tmp/x.sh");
    },
    "a copied unit": (s) =>
      s.add("command:remote:CopyFile", "unit", {
        connection: ssh("10.10.10.11"),
        ...{ localPath: "/x", remotePath: "/etc/systemd/system/x.service" },
      }),
    "a script by standard input": (s) => {
      s.append("app1-docker", "bash -s");
      s.inputs("app1-docker").stdin = "stdout of app1-files";
    },
    "steered by the environment": (s) =>
      (s.inputs("db-config").environment = { BASH_ENV: "/tmp/x" }),
    "keys of the service's host": (s) =>
      s.append("app1-files", "cp /tmp/k /root/.ssh/authorized_keys"),
  }),
  ...of("ct-security-group-closed", {
    "opened when it is deleted": (s) =>
      (s.inputs("db-firewall").delete = "iptables -P INPUT ACCEPT; iptables -F"),
    "rules copied from elsewhere": (s) =>
      s.add("command:remote:CopyToRemote", "rules", {
        connection: ssh("10.10.10.50"),
        remotePath: "/etc/homelab/firewall/rules.v4",
      }),
    "rules edited by sed": (s) =>
      s.append("db-config", "sed -i -E 's/-j (DROP)/x/' /etc/homelab/firewall/rules.v4"),
    "rules of nft": (s) => s.append("db-config", "nft flush ruleset"),
  }),
  ...of("db-hba-app-nodes-only", {
    "copied from elsewhere": (s) =>
      s.add("command:remote:CopyToRemote", "hba", {
        connection: ssh("10.10.10.50"),
        remotePath: "/etc/postgresql/15/main/pg_hba.conf",
      }),
    "another file by SQL": (s) =>
      s.append(
        "db-config",
        "runuser -u postgres -- psql -c \"ALTER SYSTEM SET hba_file = '/tmp/hba'\"",
      ),
    "a role that may everything": (s) =>
      s.append("db-config", "echo 'ALTER ROLE app SUPERUSER' | runuser -u postgres -- psql"),
    "a program run by SQL": (s) =>
      s.append("db-config", "echo \"COPY x FROM PROGRAM 'id'\" | runuser -u postgres -- psql"),
    "another cluster": (s) => s.append("db-config", "pg_createcluster 15 open"),
  }),
  ...of("db-settings-closed", {
    "a second file": (s) =>
      s.append(
        "db-config",
        "echo \"listen_addresses = '*'\" > /etc/postgresql/15/main/conf.d/zz.conf",
      ),
    "preloaded library": (s) =>
      s.append(
        "db-config",
        "echo \"shared_preload_libraries = 'x'\" > /etc/postgresql/15/main/conf.d/zz.conf",
      ),
    "log of every statement": (s) =>
      s.append("db-config", "echo 'log_statement = all' > /etc/postgresql/15/main/conf.d/zz.conf"),
  }),
  ...of("docker-daemon-closed", {
    "containers by hand": (s) => s.append("app1-docker", "docker run -d -p 9000:9000 nginx"),
    "another daemon": (s) => s.append("app1-docker", "dockerd -H tcp://0.0.0.0:2375 &"),
    compose: (s) => s.append("app1-docker", "docker compose up -d"),
    "settings at the end": (s) =>
      s.append(
        "app1-docker",
        'echo \'{"hosts":["tcp://0.0.0.0:2375"],"userland-proxy":false}\' > /etc/docker/daemon.json',
      ),
  }),
  ...of("ct-no-router", {
    "load balancer forwards": (s) => s.append("lb-activate", "sysctl -w net.ipv4.ip_forward=1"),
    "over IPv6": (s) => s.append("lb-activate", "echo 1 > /proc/sys/net/ipv6/conf/all/forwarding"),
    "at the next boot": (s) =>
      s.append("lb-activate", "echo net.ipv4.ip_forward=1 > /etc/sysctl.d/99-x.conf"),
  }),
  ...of("ct-firewall-persistent", {
    "no unit": (s) => s.append("db-firewall", "rm /etc/systemd/system/homelab-firewall.service"),
    "rules that are gone": (s) => s.append("db-firewall", "rm /etc/homelab/firewall/rules.v4"),
  }),
  ...of("lb-targets-app-nodes", {
    "a stranger": (s) => s.haproxy("  server app1", "  server evil 203.0.113.9:80\n  server app1"),
    "the database": (s) => s.haproxy("10.10.10.13:3000", "10.10.10.50:5432"),
    "found by name": (s) =>
      s.haproxy("  server app1", "  server-template x 3 example.org:80\n  server app1"),
    "another port of a target": (s) => s.haproxy("10.10.10.13:3000", "10.10.10.13:2375"),
    "a check of something else": (s) => s.haproxy("10.10.10.13:3000", "10.10.10.13:3000 port 22"),
  }),
  ...of("lb-config-known", {
    "another listener": (s) => s.haproxy("bind :80\n", "bind :80\n  bind :8000\n"),
    "a listener of its own": (s) =>
      s.haproxy("frontend stats", "frontend more\n  bind :81\n\nfrontend stats"),
    Lua: (s) => s.haproxy("  nbthread 1", "  nbthread 1\n  lua-load /tmp/x.lua"),
    "a program": (s) =>
      s.haproxy("frontend stats", "program x\n  command /bin/sh\n\nfrontend stats"),
    "another destination": (s) =>
      s.haproxy("bind :80\n", "bind :80\n  http-request set-dst ipv4(203.0.113.9)\n"),
    "as root": (s) => s.haproxy("user haproxy", "user root"),
    "a line that nobody knows": (s) =>
      s.haproxy("bind :80\n", "bind :80\n  not-yet-invented yes\n"),
    "another file by hand": (s) => s.append("lb-activate", "cp /tmp/x /etc/haproxy/haproxy.cfg"),
    "another file in its options": (s) =>
      s.append("lb-activate", "echo 'EXTRAOPTS=\"-f /tmp/x.cfg\"' > /etc/default/haproxy"),
    "a file in place of a text": (s) =>
      (s.inputs("lb-config").source = { path: "/tmp/haproxy.cfg" }),
  }),
  ...of("lb-health-check-enabled", {
    "errors count as health": (s) => s.haproxy("status 200-299", "status 200-599"),
    "any answer but one": (s) => s.haproxy("expect status 200-299", "expect ! status 500"),
    "once an hour": (s) => s.haproxy(/ inter \d+ms/, " inter 1h"),
    "after a thousand tries": (s) => s.haproxy(/fall \d+/, "fall 1000"),
  }),
  ...of("lb-stats-protected", {
    "targets changed by the page": (s) =>
      s.haproxy("stats enable", "stats enable\n  stats admin if TRUE"),
  }),
  ...of("lb-tls-policy", {
    "no encryption": (s) =>
      s.haproxy("bind :80\n", "bind :80\n  bind :443 ssl crt /c.pem ciphers ALL:eNULL\n"),
  }),
  ...of("docker-container-confined", {
    "disk of the CT": (s) => (s.inputs("app1-web").devices = [{ hostPath: "/dev/sda" }]),
    "kernel's files": (s) =>
      s.inputs("app1-web").volumes.push({ hostPath: "/proc", containerPath: "/p", readOnly: true }),
    "keys of root": (s) =>
      s
        .inputs("app1-web")
        .volumes.push({ hostPath: "/root/.ssh", containerPath: "/k", readOnly: true }),
    "secrets to write": (s) => (s.inputs("app1-web").volumes[0].readOnly = false),
    "as root": (s) => (s.inputs("app1-web").user = "0:0"),
    "as whoever": (s) => delete s.inputs("app1-web").user,
    "writable root": (s) => (s.inputs("app1-web").readOnly = false),
    "capabilities kept": (s) => (s.inputs("app1-web").capabilities = {}),
    "no seccomp": (s) => s.inputs("app1-web").securityOpts.push("seccomp=unconfined"),
    "new privileges": (s) => (s.inputs("app1-web").securityOpts = []),
    "no cap on memory": (s) => delete s.inputs("app1-web").memory,
    "another network": (s) => (s.inputs("app1-web").networksAdvanced = [{ name: "host" }]),
  }),
  ...of("no-plain-secrets", {
    "a password": (s) => s.inputs("app1-web").envs.push("PGPASSWORD=hunter2"),
    "a token": (s) => s.inputs("app1-web").envs.push("GITHUB_TOKEN=hunter2"),
    "a password in a URL": (s) =>
      s.inputs("app1-web").envs.push("DATABASE_URL=postgres://app:hunter2@db/app"),
    "a password in a script": (s) => s.append("db-config", "export PGPASSWORD=hunter2"),
    "a password in a command's environment": (s) =>
      (s.inputs("db-config").environment = { APP_PASSWORD: "hunter2" }),
  }),
  ...of("connections-verified", {
    "no host key": (s) => delete s.inputs("db-config").connection.hostKey,
    "no host key of the node": (s) => delete s.inputs("db-config").connection.proxy.hostKey,
    "a password": (s) => (s.inputs("db-config").connection.password = "hunter2"),
    "any certificate of Proxmox": (s) => (s.inputs("site-proxmox").insecure = true),
    "Proxmox in the clear": (s) => (s.inputs("site-proxmox").endpoint = "http://pve:8006/"),
  }),
];
