import { bad, type BadEdit } from "./sourceEdit";

const HAPROXY = "lib/haproxy/haproxyConfig.ts";
const GROUP = "lib/haproxy/targetGroup.ts";
const LISTENER = "lib/haproxy/listenerText.ts";
const SERVICE = "components/webService.ts";
const CT = "components/ct.ts";

/** Edits of what is declared. */
const MITIGATED = JSON.stringify({
  targetGroup: { algorithm: "weighted_random", anomalyMitigation: true },
});

export const declaredEdits: BadEdit[] = [
  ...bad("bridge-private-portless", {
    "a network card": [
      "components/network.ts",
      "autostart: true,",
      'autostart: true,\n        ports: ["eth1"],',
    ],
  }),
  ...bad("ct-private-subnet-only", {
    "every interface in the LAN": [CT, ": site.privateBridge,", ': "vmbr0",'],
  }),
  ...bad("ct-known-arguments", {
    "hook script": [
      CT,
      "startOnBoot: true,",
      'startOnBoot: true,\n    hookScriptFileId: "local:snippets/x.sh",',
    ],
    device: [
      CT,
      "startOnBoot: true,",
      'startOnBoot: true,\n    devicePassthroughs: [{ path: "/dev/sda" }],',
    ],
    "users of the node": [
      CT,
      "startOnBoot: true,",
      'startOnBoot: true,\n    idmaps: [{ type: "uid", containerId: 0, hostId: 0, size: 65536 }],',
    ],
    VLAN: [CT, "apply(macOf),", "apply(macOf),\n      vlanId: 5,"],
    password: [CT, "userAccount: { keys:", 'userAccount: { password: "hunter2", keys:'],
  }),
  ...bad("docker-container-confined", {
    "as root": [SERVICE, "user: SERVICE_USER,", ""],
    "writable root": [SERVICE, "    readOnly: true,\n    capabilities", "    capabilities"],
    "all capabilities": [SERVICE, '{ drops: ["ALL"] }', "{}"],
    unconfined: [SERVICE, '["no-new-privileges"]', '["seccomp=unconfined"]'],
    "no cap": [
      SERVICE,
      "    memory: SERVICE_MEMORY_MIB,\n    memorySwap: SERVICE_MEMORY_MIB,\n",
      "",
    ],
    device: [
      SERVICE,
      "user: SERVICE_USER,",
      'user: SERVICE_USER,\n    devices: [{ hostPath: "/dev/sda" }],',
    ],
    "secrets to write": [
      SERVICE,
      'containerPath: "/run/secrets", readOnly: true',
      'containerPath: "/run/secrets"',
    ],
    "another folder": [
      SERVICE,
      "volumes: [{",
      'volumes: [{ hostPath: "/proc", containerPath: "/p", readOnly: true }, {',
    ],
  }),
  ...bad("no-plain-secrets", {
    "password in the environment": [
      SERVICE,
      '"PGPASSWORD_FILE=/run/secrets/pgpassword",',
      '"PGPASSWORD=hunter2",',
    ],
  }),
  ...bad("lb-health-check-enabled", {
    "errors count as health": [GROUP, "expect status ${matcher}", "expect status 200-599"],
    "once an hour": [GROUP, "`check inter ${check.intervalMs}ms", "`check inter 3600s"],
    "no check": [GROUP, "`check inter", "`inter"],
  }),
  ...bad("lb-targets-app-nodes", {
    "a stranger": [
      GROUP,
      '${address}:${port}`).join("\\n");',
      '${address}:${port}`).concat("  server evil 203.0.113.9:80").join("\\n");',
    ],
    "another port": [GROUP, "${name} ${address}:${port}`", "${name} ${address}:22`"],
  }),
  ...bad("lb-config-known", {
    "another listener": [LISTENER, "  maxconn 3500", "  bind :9000\n  maxconn 3500"],
    "a program": [HAPROXY, "frontend stats\n", "program x\n  command /bin/sh\n\nfrontend stats\n"],
    Lua: [HAPROXY, "  nbthread 1", "  nbthread 1\n  lua-load /tmp/x.lua"],
  }),
  ...bad("lb-stats-protected", {
    "no password": [
      HAPROXY,
      "  http-request auth realm stats unless { http_auth(${USERS}) }\n",
      "",
    ],
    "targets changed by the page": [
      HAPROXY,
      "  stats uri /",
      "  stats admin if TRUE\n  stats uri /",
    ],
    "socket on the network": [
      HAPROXY,
      "stats socket /run/haproxy/admin.sock",
      "stats socket ipv4@0.0.0.0:9999",
    ],
  }),
  ...bad("lb-config-known", {
    "another program for anomalies": [
      "lib/haproxy/anomalyScript.ts",
      "local failed\n",
      'local failed = os.execute("id")\n',
    ],
    "a program in the place of a group's name": [
      "lib/haproxy/anomalyScript.ts",
      'join(", ")}',
      'join(", ")}, os.execute("id")',
    ],
    "a second program": [HAPROXY, "  lua-load", "  lua-load /etc/haproxy/more.lua\n  lua-load"],
    "the program in another way": [HAPROXY, "  lua-load", "  lua-load-per-thread"],
  }).map((one) => ({ ...one, config: { loadBalancer: MITIGATED } })),
  ...bad("connections-verified", {
    "no host key": ["components/access.ts", "      hostKey,\n", ""],
    "any host key": [
      "lib/ssh/sshOptions.ts",
      "StrictHostKeyChecking=yes",
      "StrictHostKeyChecking=no",
    ],
    "any certificate": [
      "components/site.ts",
      "apiToken: args.apiToken }",
      "apiToken: args.apiToken, insecure: true }",
    ],
  }).map((one) => (one.name === "any host key" ? { ...one, atUpdate: true } : one)),
  ...bad("proxmox-firewall-closed", {
    "accepts by default": [CT, 'inputPolicy: "DROP"', 'inputPolicy: "ACCEPT"'],
    "switched off": [CT, "enabled: true,", "enabled: false,"],
    "past it": [CT, "firewall: proxmoxFirewall,", "firewall: false,"],
  }).map((one) => ({ ...one, config: { proxmoxFirewall: "true" } })),
];
