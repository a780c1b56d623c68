import { sources, type GoodEdit } from "./sourceEdit";

const INSTALL = "lib/security/installFirewall.ts";
const DOCKER = "lib/docker/installDocker.ts";
const POSTGRES = "lib/postgres/installPostgres.ts";
const PG_CONFIG = "lib/postgres/postgresConfig.ts";
const HAPROXY = "lib/haproxy/haproxyConfig.ts";
const HAPROXY_INSTALL = "lib/haproxy/installHaproxy.ts";
const SERVICE = "components/webService.ts";
const LISTENER = "lib/haproxy/listenerText.ts";
const GROUP = "lib/haproxy/targetGroup.ts";

/** Edits that somebody may well make; every policy lets them pass. */
export const goodEdits: GoodEdit[] = [
  {
    name: "another message",
    edits: sources([DOCKER, "Docker cannot start a container", "no container starts"]),
  },
  {
    name: "a package more",
    edits: sources([HAPROXY_INSTALL, '"ca-certificates"]', '"ca-certificates", "htop"]']),
  },
  {
    name: "another port of the service",
    edits: sources(["lib/stack/settings.ts", "APP_PORT = 3000", "APP_PORT = 8080"]),
  },
  {
    name: "another port of the database",
    edits: sources(["lib/stack/settings.ts", "DATABASE_PORT = 5432", "DATABASE_PORT = 6432"]),
  },
  {
    name: "another port of the listener",
    edits: sources(["lib/stack/settings.ts", "LISTENER_PORT = 80", "LISTENER_PORT = 8080"]),
  },
  {
    name: "another port of the stats page",
    edits: sources(["lib/stack/settings.ts", "STATS_PORT = 8404", "STATS_PORT = 9404"]),
  },
  {
    name: "a listener with TLS",
    edits: sources([
      "lib/haproxy/listenerText.ts",
      "  maxconn 3500",
      "  bind :443 ssl crt /etc/haproxy/site.pem alpn h2,http/1.1\n  http-response set-header Strict-Transport-Security max-age=300\n  maxconn 3500",
    ]),
  },
  {
    name: "anomalies mitigated in two target groups",
    edits: [],
    config: {
      loadBalancer: JSON.stringify({
        targetGroup: { algorithm: "weighted_random", anomalyMitigation: true },
        targetGroups: [
          {
            ...{ name: "canary", targets: ["app3"] },
            ...{ algorithm: "weighted_random", anomalyMitigation: true },
          },
        ],
      }),
    },
  },
  {
    name: "a backend over TCP",
    edits: sources([
      HAPROXY,
      "frontend stats\n",
      "backend pg\n  mode tcp\n  balance leastconn\n  option tcp-check\n  server db 10.10.10.50:5432 check inter 2s\n\nfrontend stats\n",
    ]),
  },
  {
    name: "slower checks",
    edits: sources(["lib/haproxy/profiles.ts", "intervalMs: 2000", "intervalMs: 15_000"]),
  },
  {
    name: "more memory for the service",
    edits: sources([SERVICE, "SERVICE_MEMORY_MIB = 192", "SERVICE_MEMORY_MIB = 256"]),
  },
  {
    name: "a variable of the service",
    edits: sources([
      SERVICE,
      "pulumi.interpolate`PORT=${checked.port}`,",
      'pulumi.interpolate`PORT=${checked.port}`,\n    "LOG_LEVEL=debug",',
    ]),
  },
  {
    name: "larger buffers of PostgreSQL",
    edits: sources([
      PG_CONFIG,
      '["work_mem", "4MB"]',
      '["work_mem", "8MB"],\n    ["wal_compression", "on"]',
    ]),
  },
  {
    name: "IPv6 off",
    edits: sources([
      INSTALL,
      '"systemctl mask -q nftables.service",',
      '"systemctl mask -q nftables.service",\n    "printf \'%s\' \'net.ipv6.conf.all.disable_ipv6 = 1\' > /etc/sysctl.d/91-ipv6.conf",\n    "sysctl -q -w net.ipv6.conf.all.disable_ipv6=1",',
    ]),
  },
  {
    name: "a cap on the log of journald",
    edits: sources([
      DOCKER,
      "    smokeTest(),",
      '    "mkdir -p /var/tmp/x && touch /var/tmp/x/y && rm -rf /var/tmp/x",\n    smokeTest(),',
    ]),
  },
  {
    name: "a look at the disk",
    edits: sources([
      POSTGRES,
      '"IFS= read -r password",',
      '"df -h / | tail -n 1 >&2",\n    "IFS= read -r password",',
    ]),
  },
  {
    name: "rules for some requests",
    edits: sources([
      LISTENER,
      "  maxconn 3500",
      [
        "  maxconn 2000",
        "  acl office src 192.0.2.0/24",
        "  http-request deny if { path_beg /admin } !office",
        "  http-request deny if { src 203.0.113.0/24 }",
        "  http-request deny deny_status 403 if { req.hdr(user-agent) -m sub -i badbot }",
        "  http-request return status 200 content-type text/plain string ok if { path /robots.txt }",
        "  http-request redirect code 301 location /start if { path / }",
        "  http-request redirect prefix https://new.example code 302 if { path_beg /old/ }",
        "  http-request deny unless { req.hdr(host) -i app.lab }",
        "  http-request deny if { method DELETE }",
        "  http-request set-path /v2%[path] if { path_beg /api/ }",
        "  http-response set-header X-Frame-Options DENY",
        "  compression algo gzip",
        "  errorfile 503 /etc/haproxy/errors/503.http",
      ].join("\n"),
    ]),
  },
  {
    name: "longer times",
    edits: sources(
      ["lib/haproxy/profiles.ts", "connectTimeoutMs: 500", "connectTimeoutMs: 5000"],
      ["lib/haproxy/profiles.ts", "serverTimeoutMs: 60_000", "serverTimeoutMs: 3_600_000"],
      [HAPROXY, "timeout http-request 5s", "timeout http-request 30s"],
      [HAPROXY, "timeout queue 2s", "timeout queue 1m"],
    ),
  },
  {
    name: "a check of another status",
    edits: sources([GROUP, "expect status ${matcher}", "expect rstatus ^2[0-9][0-9]$"]),
  },
  {
    name: "limits, a check and a smaller log of the service",
    edits: sources([
      SERVICE,
      "    user: SERVICE_USER,",
      [
        "    user: SERVICE_USER,",
        '    healthcheck: { tests: ["CMD", "wget", "-q", "http://127.0.0.1:3000/healthz"], interval: "10s" },',
        '    ulimits: [{ name: "nofile", soft: 1024, hard: 4096 }],',
        '    logOpts: { "max-size": "10m", "max-file": "3" },',
        '    tmpfs: { "/tmp": "size=16m,noexec" },',
        '    stopTimeout: 30, stopSignal: "SIGTERM", cpuShares: 512,',
      ].join("\n"),
    ]),
  },
  {
    name: "a build with a target and an argument",
    edits: sources([
      SERVICE,
      "useLegacyBuilder: true }",
      'useLegacyBuilder: true, target: "run", buildArgs: { NODE_ENV: "production" } }',
    ]),
  },
  {
    name: "a faster interface and a longer start",
    edits: sources([
      "components/ct.ts",
      "apply(macOf),",
      "apply(macOf),\n      mtu: 1450,\n      rateLimit: 50,",
    ]),
  },
];
