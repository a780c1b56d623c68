import { aptInstall } from "../shell/apt";
import { script, writeFileCommand } from "../shell/quote";

const CONFIG = "/etc/haproxy/haproxy.cfg";
/** Where a new configuration waits until it has been checked. */
export const NEXT_CONFIG = `${CONFIG}.next`;
const USERS = "/etc/haproxy/users.cfg";
export const STATS_USER = "admin";

/** Commands that install the load balancer; it starts with the first checked configuration. */
export function installHaproxy(aptProxy?: string): string {
  return script(
    aptInstall(["haproxy", "socat", "curl", "ca-certificates"], aptProxy),
    // The unit reads this at start and at reload; the users' file is root's alone.
    writeFileCommand({
      path: "/etc/default/haproxy",
      text: `EXTRAOPTS="-f ${USERS} -S /run/haproxy-master.sock"\n`,
    }),
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
