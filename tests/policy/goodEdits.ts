import { sources, type GoodEdit } from "./sourceEdit";

const INSTALL = "lib/security/installFirewall.ts";
const DOCKER = "lib/docker/installDocker.ts";
const POSTGRES = "lib/postgres/installPostgres.ts";
const PG_CONFIG = "lib/postgres/postgresConfig.ts";
const HAPROXY = "lib/haproxy/haproxyConfig.ts";
const HAPROXY_INSTALL = "lib/haproxy/installHaproxy.ts";
const SERVICE = "components/webService.ts";

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
];
