import type { EditedStack, Mutation } from "./mutation";

const of = (policy: string, edits: Record<string, (stack: EditedStack) => void>): Mutation[] =>
  Object.entries(edits).map(([name, edit]) => ({ policy, name, edit }));

const address = (stack: EditedStack, ct: string) =>
  stack.inputs(ct).initialization.ipConfigs[0].ipv4;

/** Edits that make CTs, load balancer or Docker containers unsafe. */
export const ctMutations: Mutation[] = [
  ...of("ct-privileged-app-only", {
    "privileged database": (s) => (s.inputs("db-ct").unprivileged = false),
    "privileged load balancer": (s) => (s.inputs("lb-ct").unprivileged = false),
  }),
  ...of("ct-known-features", {
    "feature added to an app node": (s) => (s.inputs("app1-host").features += ",force_rw_sys=1"),
    "mount feature": (s) => (s.inputs("app2-host").features += ",mount=nfs"),
    "keyctl in the database": (s) => (s.inputs("db-ct").features = { nesting: true, keyctl: true }),
    "raw line added": (s) =>
      s.inputs("app1-host").rawLines.push("lxc.mount.entry: / host none bind 0 0"),
    "raw line in the database": (s) =>
      s.inputs("db-host").rawLines.push("lxc.apparmor.profile: unconfined"),
    "folder of the node mounted": (s) =>
      (s.inputs("app3-ct").mountPoints = [{ volume: "/etc/pve", path: "/mnt" }]),
  }),
  ...of("ct-resources-capped", {
    "no memory cap": (s) => (s.inputs("app1-ct").memory = { swap: 0 }),
    "unlimited memory": (s) => (s.inputs("app1-ct").memory.dedicated = 0),
    "no CPU cap": (s) => delete s.inputs("lb-ct").cpu,
    "no disk size": (s) => delete s.inputs("db-ct").disk.size,
    swap: (s) => (s.inputs("db-ct").memory.swap = 512),
  }),
  ...of("stack-within-budget", {
    "memory budget exceeded": (s) => (s.inputs("db-ct").memory.dedicated = 2048),
    "disk budget exceeded": (s) => (s.inputs("db-ct").disk.size = 40),
    "disk budget exceeded by a mount point": (s) =>
      (s.inputs("db-ct").mountPoints = [{ volume: "local", path: "/data", size: "20G" }]),
  }),
  ...of("ct-boot-order", {
    "app node stays down": (s) => (s.inputs("app1-ct").startOnBoot = false),
    "no start order": (s) => delete s.inputs("db-ct").startup,
    "database after the app nodes": (s) => (s.inputs("db-ct").startup.order = 3),
    "load balancer first": (s) => (s.inputs("lb-ct").startup.order = 1),
  }),
  ...of("ct-tagged", {
    "no owner's tag": (s) => (s.inputs("db-ct").tags = ["db"]),
    "misspelt tag": (s) => (s.inputs("app2-ct").tags = ["app", "homelabs"]),
  }),
  ...of("ct-identity-unique", {
    "vmid twice": (s) => (s.inputs("app2-ct").vmId = 111),
    "address twice": (s) => s.everywhere("10.10.10.12", "10.10.10.11"),
  }),
  ...of("ct-address-in-subnet", {
    "address outside": (s) => s.everywhere("10.10.10.12", "10.10.20.12"),
    "the bridge's own address": (s) => (s.everywhere("10.10.10.50", "10.10.10.1"), undefined),
    "broadcast address": (s) => s.everywhere("10.10.10.50", "10.10.10.255"),
    "other prefix": (s) => (address(s, "db-ct").address = "10.10.10.50/16"),
    "gateway outside": (s) => (address(s, "app1-ct").gateway = "172.20.0.1"),
  }),
  ...of("lb-health-check-enabled", {
    "no checks": (s) => s.haproxy("default-server check ", "default-server "),
    "one target unchecked": (s) => s.haproxy("10.10.10.12:3000", "10.10.10.12:3000 no-check"),
    "ports checked only": (s) => s.haproxy("  option httpchk\n", ""),
    "HTTP checks switched off": (s) => s.haproxy("option httpchk", "no option httpchk"),
    "unchecked targets by default": (s) =>
      s.haproxy("default_backend app\n", "default_backend app-fail-open\n"),
    "unchecked targets always": (s) => s.haproxy(" if { nbsrv(app) eq 0 }", ""),
    "unchecked targets while one is healthy": (s) =>
      s.haproxy("nbsrv(app) eq 0", "nbsrv(app) lt 2"),
    "unchecked targets when the client says so": (s) =>
      s.haproxy("if { nbsrv(app) eq 0 }", "if { nbsrv(app) eq 0 } or { hdr(x-open) 1 }"),
    "unchecked targets as the fallback of themselves": (s) =>
      s.haproxy("nbsrv(app) eq 0", "nbsrv(app-fail-open) eq 0"),
    "backend chosen by a header": (s) =>
      s.haproxy("default_backend", "use_backend %[req.hdr(x-to)]\n  default_backend"),
  }),
  ...of("lb-stats-protected", {
    "no user asked for": (s) => s.haproxy(/ {2}http-request auth .*\n/, ""),
    "user asked for sometimes": (s) =>
      s.haproxy(/unless \{ http_auth.*\}/, "if { src 172.20.0.1 }"),
    "everybody let in first": (s) =>
      s.haproxy("http-request auth", "http-request allow if TRUE\n  http-request auth"),
    "password in the text": (s) =>
      s.haproxy("stats enable", "stats enable\n  stats auth a:hunter2"),
    "page on all addresses": (s) => s.haproxy("bind 172.20.0.10:8404", "bind :8404"),
    "metrics for everybody": (s) =>
      s.haproxy(
        "http-request auth",
        "http-request use-service prometheus-exporter\n  http-request auth",
      ),
    "admin socket on the network": (s) =>
      s.haproxy("stats socket /run/haproxy/admin.sock", "stats socket ipv4@:9999"),
    "page in the public listener": (s) => s.haproxy("bind :80\n", "bind :80\n  stats enable\n"),
  }),
  ...of("lb-backend-header", {
    "no header": (s) => s.haproxy(/ {2}http-response set-header X-Backend %s\n/, ""),
    "header only sometimes": (s) => s.haproxy("X-Backend %s", "X-Backend %s if { status 200 }"),
    "header added to the target's own": (s) =>
      s.haproxy("http-response set-header X-Backend", "http-response add-header X-Backend"),
    "header with another value": (s) => s.haproxy("X-Backend %s", "X-Backend app1"),
    "no header when no target is healthy": (s) =>
      s.haproxy(
        "X-Backend %s\n  http-response set-header",
        "X-Other %s\n  http-response set-header",
      ),
  }),
  ...of("lb-tls-policy", {
    "TLS 1.0": (s) =>
      s.haproxy("bind :80\n", "bind :80\n  bind :443 ssl crt /c.pem ssl-min-ver TLSv1.0\n"),
  }),
  ...of("docker-container-confined", {
    privileged: (s) => (s.inputs("app1-web").privileged = true),
    "host network": (s) => (s.inputs("app1-web").networkMode = "host"),
    "host's processes": (s) => (s.inputs("app2-web").pidMode = "host"),
    "Docker's socket": (s) =>
      s.inputs("app1-web").volumes.push({ hostPath: "/var/run/docker.sock", containerPath: "/s" }),
    "the root folder": (s) =>
      (s.inputs("app3-web").mounts = [{ type: "bind", source: "/", target: "/host" }]),
    capability: (s) => (s.inputs("app2-web").capabilities.adds = ["SYS_ADMIN"]),
  }),
  ...of("docker-image-pinned", {
    "pulled by tag": (s) => {
      s.inputs("app1-image").name = "nginx:latest";
      delete s.inputs("app1-image").build;
    },
    "run by tag": (s) => (s.inputs("app2-web").image = "nginx:1.27"),
  }),
];
