import { ANOMALY_SCRIPT, ANOMALY_STATE, SHOW_ANOMALIES } from "./anomalyScript";
import { aptInstall } from "../shell/apt";
import { script, writeFileCommand } from "../shell/quote";

export const CONFIG = "/etc/haproxy/haproxy.cfg";
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

/**
 * A program that saves the states in one move; half of them are worse than none. A target that is new in the
 * configuration begins in maintenance: HAProxy would take it for up before its first check, and it may not
 * be there yet. Whoever registers it puts it to work; one that another target group has is there. Addresses and ports are those of the configuration, for
 * HAProxy would go on with those of the file. (Fields of a line: HAProxy's management guide, "show
 * servers state". 14 is a check that is configured, enabled and paused.)
 */
export function saveState(): string {
  return `#!/bin/sh
set -eu
umask 077
echo "show servers state" | socat -t2 - UNIX-CONNECT:${ADMIN_SOCKET} > ${STATE_FILE}.now
grep -q "^# be_id" ${STATE_FILE}.now
awk -v config=${CONFIG} '
  BEGIN {
    while ((getline line < config) > 0) {
      count = split(line, word, " ")
      if (word[1] ~ /^(global|defaults|frontend|listen|backend)$/) backend = word[1] == "backend" ? word[2] : ""
      if (word[1] == "server" && count > 2 && backend != "") address[backend " " word[2]] = word[3]
    }
  }
  NF > 18 && $1 ~ /^[0-9]+$/ {
    known[$4] = 1; id[$2] = $1; last[$2] = $3; checks[$2] = $14 > 0 ? 14 : 0
    if (($2 " " $4) in address) {
      split(address[$2 " " $4], at, ":")
      $5 = at[1]; $19 = at[2]
      delete address[$2 " " $4]
    }
  }
  { if ($0 != "") print }
  END {
    for (name in address) {
      split(name, of, " "); split(address[name], at, ":")
      if (of[1] in id && !(of[2] in known))
        print id[of[1]], of[1], ++last[of[1]], of[2], at[1], 0, 1, 1, 1, 0, 1, 0, 0, checks[of[1]], 0, 0, 0, "-", at[2], "-", 0, 0, "-", "-", 0
    }
  }' ${STATE_FILE}.now > ${STATE_FILE}.next
rm -f ${STATE_FILE}.now
mv ${STATE_FILE}.next ${STATE_FILE}
# Whose the weights are; only a load balancer that mitigates anomalies can tell.
if grep -qs "^ *lua-load ${ANOMALY_SCRIPT}" ${CONFIG}; then
  echo "${SHOW_ANOMALIES}" | socat -t2 - UNIX-CONNECT:${ADMIN_SOCKET} > ${ANOMALY_STATE}.next
  mv ${ANOMALY_STATE}.next ${ANOMALY_STATE}
fi
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
 * request, or by a start. What is refused changes nothing. Targets that the new configuration does not have
 * are drained first. Standard input is the users' file.
 *
 * @param drainSeconds how long a target that goes may take to end its requests
 * @param needs commands that make the files which the configuration names: certificates, the program for anomalies
 */
export function activateConfig(drainSeconds: number, needs: readonly string[] = []): string {
  return script(
    ...needs.filter((commands) => commands !== ""),
    "umask 077",
    `cat > ${USERS}.next`,
    "umask 022",
    `if ! said=$(haproxy -c -f ${NEXT_CONFIG} -f ${USERS}.next 2>&1); then
  echo "$(hostname): HAProxy refuses the new configuration, the old one stays: $said" >&2
  exit 1
fi`,
    drainLeaving(drainSeconds),
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

/** Drains the targets of the running HAProxy that are not in the next configuration, all at once. */
function drainLeaving(seconds: number): string {
  return `if systemctl -q is-active haproxy && [ -S ${ADMIN_SOCKET} ]; then
  ask() { echo "$1" | socat -t2 - UNIX-CONNECT:${ADMIN_SOCKET}; }
  leaving=$(ask "show servers state" | awk -v config=${NEXT_CONFIG} '
    BEGIN {
      while ((getline line < config) > 0) {
        split(line, word, " ")
        if (word[1] == "backend") backend = word[2]
        if (word[1] == "server") stays[backend "/" word[2]] = 1
      }
    }
    NF > 18 && $1 ~ /^[0-9]+$/ && !(($2 "/" $4) in stays) { print $2 "/" $4 }' | tr '\\n' ' ')
  for target in $leaving; do ask "set server $target state drain" > /dev/null; done
  for try in $(seq ${seconds * 5}); do
    [ -n "$leaving" ] || break
    open=$(ask "show stat" | awk -F, -v leaving="$leaving" '
      BEGIN { count = split(leaving, names, " "); for (i = 1; i <= count; i++) goes[names[i]] = 1 }
      ($1 "/" $2) in goes { sum += $5 }
      END { print sum + 0 }')
    [ "$open" = 0 ] && break
    sleep 0.2
  done
fi`;
}
