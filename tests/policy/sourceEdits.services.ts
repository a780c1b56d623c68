import { bad, type BadEdit } from "./sourceEdit";

const FILTER = "lib/net/nodeFilter.ts";
const SETUP = "lib/net/nodeSetup.ts";
const GUARD = "lib/net/portGuard.ts";
const DOCKER = "lib/docker/installDocker.ts";
const POSTGRES = "lib/postgres/installPostgres.ts";
const PG_CONFIG = "lib/postgres/postgresConfig.ts";

/** Edits of what is installed in CTs and on the node. */
export const serviceEdits: BadEdit[] = [
  ...bad("db-hba-app-nodes-only", {
    "without TLS": [PG_CONFIG, "`hostssl ${database}", "`host ${database}"],
    trust: [PG_CONFIG, "${client} scram-sha-256`", "${client} trust`"],
    everybody: [PG_CONFIG, "${role} ${client} scram", "${role} 0.0.0.0/0 scram"],
    "local trust": [PG_CONFIG, "local all postgres peer", "local all all trust"],
    "edited by sed": [
      POSTGRES,
      "    roleCommands(access),",
      "    `sed -i 's/scram-sha-256$/trust/' ${CONFIG}/pg_hba.conf`,\n    roleCommands(access),",
    ],
    "appended by tee": [
      POSTGRES,
      "    roleCommands(access),",
      "    `echo 'host all all 0.0.0.0/0 trust' | tee -a ${CONFIG}/pg_hba.conf`,\n    roleCommands(access),",
    ],
    "another file by SQL": [
      POSTGRES,
      "    roleCommands(access),",
      "    `runuser -u postgres -- psql -c \"ALTER SYSTEM SET hba_file = '/tmp/h'\"`,\n    roleCommands(access),",
    ],
    "a superuser": [POSTGRES, "CREATE ROLE ${role} LOGIN'", "CREATE ROLE ${role} SUPERUSER LOGIN'"],
  }),
  ...bad("db-settings-closed", {
    "listens everywhere": [PG_CONFIG, "`'${settings.listenAddress}'`", "`'*'`"],
    "no TLS": [PG_CONFIG, '["ssl", "on"]', '["ssl", "off"]'],
    "old TLS": [PG_CONFIG, "\"'TLSv1.2'\"", "\"'TLSv1'\""],
    md5: [PG_CONFIG, '"\'scram-sha-256\'"],\n    ["log', '"\'md5\'"],\n    ["log'],
    "a program for the archive": [
      PG_CONFIG,
      '["jit", "off"],',
      '["jit", "off"],\n    ["archive_command", "\'curl x\'"],',
    ],
  }),
  ...bad("docker-daemon-closed", {
    "userland proxy": [
      "lib/docker/dockerDaemon.ts",
      '"userland-proxy": false',
      '"userland-proxy": true',
    ],
    "a port of its own": [
      "lib/docker/dockerDaemon.ts",
      "bip: DOCKER",
      'hosts: ["tcp://0.0.0.0:2375"],\n    bip: DOCKER',
    ],
    "no iptables": [
      "lib/docker/dockerDaemon.ts",
      "bip: DOCKER",
      "iptables: false,\n    bip: DOCKER",
    ],
    "a container by hand": [
      DOCKER,
      "    smokeTest(),",
      '    "docker run -d --privileged -p 9000:9000 x",\n    smokeTest(),',
    ],
  }),
  ...bad("node-filters-present", {
    "no filters": [SETUP, "    paths.up,\n  );", "  );"],
    "nothing at all": [
      "components/network.ts",
      "create: network.apply(setUpNode),",
      'create: "true",',
    ],
    "the LAN is let in": [
      FILTER,
      'oifname "${own}" goto denied-forward',
      'oifname "${own}" accept',
    ],
    "denied packets pass": [
      FILTER,
      '    ${deniedLog("forward")}\n    drop',
      '    ${deniedLog("forward")}\n    accept',
    ],
    "the node is open": [FILTER, 'iifname "${own}" goto from-private', 'iifname "${own}" accept'],
    "anybody's address": [
      GUARD,
      '    ether type ip ${deniedLog("forward")}\n    drop',
      '    ether type ip ${deniedLog("forward")}\n    accept',
    ],
    "no guards": [GUARD, "iifname @ports jump guarded", "iifname @none jump guarded"],
    "way out that stays open": [SETUP, " timeout ${EGRESS_MINUTES}m }", " }"],
    "gone after a reboot": [SETUP, "    post-up ${paths.up}", "    mtu 1500"],
  }).map((one) =>
    one.name.startsWith("way out") ? { ...one, config: { nat: "provisioning" } } : one,
  ),
  ...bad("node-scripts-judged", {
    "a CT changed by hand": [
      SETUP,
      "    paths.up,\n  );",
      '    paths.up,\n    "pct set 111 -net0 name=eth0,bridge=vmbr0",\n  );',
    ],
    "a user of Proxmox": [
      SETUP,
      "    paths.up,\n  );",
      '    paths.up,\n    "pveum user add eve@pve",\n  );',
    ],
    "a command inside a CT": [
      SETUP,
      "    paths.up,\n  );",
      '    paths.up,\n    "pct exec 150 -- iptables -F",\n  );',
    ],
  }),
];
