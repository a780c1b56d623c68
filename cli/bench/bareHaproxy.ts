import { servers, type Target } from "../../lib/haproxy/haproxyConfig";
import { shellQuote } from "../../lib/shell/quote";

/** Where HAProxy listens when it runs bare, on the load balancer's loopback and addresses. */
export const BARE_PORT = 18080;
/** Where it does the least that a load balancer can do: targets in turn, no log, no headers. */
export const LEAST_PORT = 18081;
const BARE_CONFIG = "/run/homelab-bench.cfg";
const LONGEST_SECONDS = 600;

/** A command's beginning that enters a CT's network, on the Proxmox node. */
export const inNetwork = (vmid: number): string => `nsenter -t "$(lxc-info -n ${vmid} -p -H)" -n`;

/**
 * Commands for the Proxmox node that start HAProxy bare and print the process: the CT's own program
 * and configuration in the CT's network, but outside its CPU and memory limits. It differs in its
 * ports and has no admin socket and no states of targets. It ends by itself when nobody ends it.
 *
 * On a port of its own it does the least, for the targets that are given: what is left of the
 * latency then is the machine's.
 */
export function startBare(vmid: number, targets: readonly Target[]): string {
  const edit = [
    `s/^  bind :80$/  bind :${BARE_PORT}/`,
    "s/^  bind [0-9.]*:8404$/  bind 127.0.0.1:18404/",
    "/^  stats socket /d",
    "/^  server-state-file /d",
    "/^  load-server-state-from-file /d",
  ].map((rule) => `-e '${rule}'`);
  const enter = `${inNetwork(vmid)} -m -U`; // an unprivileged CT has users of its own
  const write = `{ sed ${edit.join(" ")} /etc/haproxy/haproxy.cfg; cat; } > ${BARE_CONFIG}`;
  return `set -eu
${enter} sh -c ${shellQuote(write)} << 'EOF'
listen least
  bind :${LEAST_PORT}
  no log
  balance static-rr
${servers(targets)}
EOF
${enter} haproxy -c -q -f ${BARE_CONFIG} -f /etc/haproxy/users.cfg
setsid timeout ${LONGEST_SECONDS} ${enter} haproxy -db -f ${BARE_CONFIG} -f /etc/haproxy/users.cfg </dev/null >/dev/null 2>&1 &
echo $!
`;
}

/** Commands that end it and leave nothing. */
export function stopBare(vmid: number, pid: number): string {
  return `kill ${pid} 2>/dev/null || true
${inNetwork(vmid)} -m -U rm -f ${BARE_CONFIG}
`;
}

/**
 * Commands that open connections from several generators at once (standard input is the generator)
 * and print, once HAProxy has as many or after 30 s, how many it has and the resident memory in KiB
 * of its largest process, while all of them ask.
 */
export function memoryScript(
  vmid: number,
  args: string[],
  from: { generators: number; connections: number },
): string {
  return `set -eu
script=$(cat)
generators=""
trap 'kill $generators 2>/dev/null || true' EXIT
for i in $(seq ${from.generators}); do
  ${inNetwork(vmid)} perl -e "$script" ${args.map(shellQuote).join(" ")} >/dev/null 2>&1 &
  generators="$generators $!"
done
pct exec ${vmid} -- sh -c '
  for i in $(seq 30); do
    held=$(echo "show info" | socat -t2 - /run/haproxy/admin.sock | sed -n "s/^CurrConns: //p")
    [ "$held" -lt ${from.connections} ] || break
    sleep 1
  done
  echo "$held"
  for pid in $(pidof haproxy); do sed -n "s/^VmRSS:[^0-9]*\\([0-9]*\\).*/\\1/p" /proc/$pid/status; done | sort -n | tail -n 1'
`;
}
