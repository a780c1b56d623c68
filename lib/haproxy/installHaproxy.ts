import { aptInstall } from "../shell/apt";
import { script, writeFileCommand } from "../shell/quote";

const CONFIG = "/etc/haproxy/haproxy.cfg";
/** Where a new configuration waits until it has been checked. */
export const NEXT_CONFIG = `${CONFIG}.next`;
const USERS = "/etc/haproxy/users.cfg";
/** Where the targets' states are kept from before a reload to after it. */
export const STATE_FILE = "/var/lib/haproxy/server-state";
/** Where HAProxy takes commands; root only. */
export const ADMIN_SOCKET = "/run/haproxy/admin.sock";
export const STATS_USER = "admin";

const SAVE_STATE = "/usr/local/sbin/haproxy-save-state";

/**
 * Debian's own lines of the unit with the saving before them; without states a reload goes on.
 * A start begins with a file of version 1 that holds none.
 */
const UNIT = `[Service]
ExecStartPre=/bin/sh -c "echo 1 > ${STATE_FILE}"
ExecReload=
ExecReload=-${SAVE_STATE}
ExecReload=/usr/sbin/haproxy -Ws -f $CONFIG -c -q $EXTRAOPTS
ExecReload=/bin/kill -USR2 $MAINPID
`;

/** A program that saves the states in one move; half of them are worse than none. */
function saveState(): string {
  return `#!/bin/sh
set -eu
umask 077
echo "show servers state" | socat -t2 - UNIX-CONNECT:${ADMIN_SOCKET} > ${STATE_FILE}.next
grep -q "^# be_id" ${STATE_FILE}.next
mv ${STATE_FILE}.next ${STATE_FILE}
`;
}

/** Commands that install the load balancer; it starts with the first checked configuration. */
export function installHaproxy(aptProxy?: string): string {
  return script(
    aptInstall(["haproxy", "socat", "curl", "ca-certificates"], aptProxy),
    // The unit reads this at start and at reload; the users' file is root's alone.
    writeFileCommand({
      path: "/etc/default/haproxy",
      text: `EXTRAOPTS="-f ${USERS} -S /run/haproxy-master.sock"\n`,
    }),
    // Whoever reloads, and however: states survive it. A start, which has no past, asks afresh.
    writeFileCommand({ path: SAVE_STATE, text: saveState(), mode: "0755" }),
    writeFileCommand({ path: "/etc/systemd/system/haproxy.service.d/state.conf", text: UNIT }),
    `systemctl daemon-reload
[ -s ${STATE_FILE} ] || echo 1 > ${STATE_FILE}`,
    // Two interfaces are no router: nothing goes from the LAN into the private subnet through here.
    writeFileCommand({ path: "/etc/sysctl.d/90-homelab.conf", text: "net.ipv4.ip_forward = 0\n" }),
    `[ "$(cat /proc/sys/net/ipv4/ip_forward)" = 0 ] || echo 0 > /proc/sys/net/ipv4/ip_forward`,
  );
}

/**
 * Commands that check the copied configuration and put it in force: by a reload, which loses no
 * request, or by a start. What is refused changes nothing. Standard input is the users' file.
 */
export function activateConfig(): string {
  return script(
    "umask 077",
    `cat > ${USERS}.next`,
    "umask 022",
    `if ! said=$(haproxy -c -f ${NEXT_CONFIG} -f ${USERS}.next 2>&1); then
  echo "$(hostname): HAProxy refuses the new configuration, the old one stays: $said" >&2
  exit 1
fi`,
    `mv ${USERS}.next ${USERS}`,
    `install -m 0644 ${NEXT_CONFIG} ${CONFIG}`,
    // The first start must not reload a process that was started with Debian's own options.
    `if systemctl -q is-active haproxy && tr '\\0' ' ' < /proc/"$(systemctl show -p MainPID --value haproxy)"/cmdline | grep -q ${USERS}; then
  systemctl reload haproxy
else
  systemctl restart haproxy
fi
systemctl -q is-active haproxy`,
  );
}
