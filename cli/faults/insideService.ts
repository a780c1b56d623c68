import { SERVICE_USER } from "../../lib/docker/serviceFiles";
import { shellQuote } from "../../lib/shell/quote";
import { FILLER } from "../../lib/docker/faultFiles";

/** Shell texts that are run inside an app node's CT. */

/** Marks a kind's rules, so that repairing it takes out no other. */
const mark = (kind: string) => `-m comment --comment homelab-fault-${kind}`;

/**
 * Before connection tracking, so that open connections are cut as well; one rule a direction. What
 * comes out of the service's container passes here too.
 */
export function dropBetween(
  action: "-I" | "-D",
  kind: string,
  peer: { address: string; port?: number },
): string[] {
  return (["s", "d"] as const).map((side) => {
    const port = peer.port === undefined ? "" : ` --${side}port ${peer.port}`;
    return `iptables -w -t raw ${action} PREROUTING -p tcp -${side} ${peer.address}${port} ${mark(kind)} -j DROP`;
  });
}

/** Before Docker's own jumps, whose access rules stay as they are. */
export function rejectFrom(
  action: "-I" | "-D",
  kind: string,
  address: string,
  port: number,
): string {
  return (
    `iptables -w ${action} FORWARD -p tcp -s ${address} --dport ${port} ${mark(kind)} ` +
    "-j REJECT --reject-with tcp-reset"
  );
}

/** Rules that were put in twice are taken out twice. */
export const untilNone = (remove: string) => `while ${remove} 2>/dev/null; do :; done`;

/**
 * Tells the service to fail. The service looks at the file every tenth of a second, so that the fault
 * is in force when this ends.
 */
export function putServiceFault(file: string, amount: number, checks: boolean): string {
  const [user, group] = SERVICE_USER.split(":");
  return `echo "${amount}${checks ? " checks" : ""}" | install -o ${user} -g ${group} -m 0400 /dev/stdin ${file} && sleep 0.2`;
}

const unit = (kind: string) => `homelab-fault-${kind}`;

/** Runs a text as a unit of the CT's own systemd: it ends with the CT, or when it is told to. */
export function runUnit(kind: string, text: string, properties: string[]): string {
  const options = properties.map((property) => `-p ${property}`).join(" ");
  return `systemd-run -q --collect --unit=${unit(kind)} ${options} sh -c ${shellQuote(text)}`;
}

/** Succeeds when there is no such unit. */
export const endUnit = (kind: string) => `systemctl stop ${unit(kind)} 2>/dev/null || :`;

/** Long enough for checks to take the target out and back: four seconds away, four there. */
export function flapLoop(address: string, port: number): string {
  const rule = (action: "-I" | "-D") => rejectFrom(action, "flap", address, port);
  return `while :; do ${rule("-I")}; sleep 4; ${rule("-D")}; sleep 4; done`;
}

/** Fills 10 MB more every twentieth of a second until the kernel ends it; its unit starts it again. */
export function memoryHog(): string {
  return `exec perl -e 'while (1) { $x .= "x" x 10e6; select undef, undef, undef, 0.05 }'`;
}

/** Removed together: blocks that are reserved at once, and what could only be written. */
export const FILLED = `${FILLER} ${FILLER}.written`;

/**
 * Takes all of the disk, what is reserved for root included: blocks are reserved without writing
 * them, in ever smaller pieces. Where a file system only pretends to reserve (ZFS), it is written.
 */
export function fillDisk(): string {
  return [
    "at=0; size=1073741824",
    "most=$(($(stat -f -c %f*%S /var/tmp)))",
    `while [ $size -ge 4096 ]; do if [ $((at + size)) -le $most ] && fallocate -o $at -l $size ${FILLER} 2>/dev/null; then at=$((at + size)); else size=$((size / 2)); fi; done`,
    `if [ $(df --output=avail -k /var/tmp | tail -n 1) -gt 65536 ]; then head -c $most /dev/urandom > ${FILLER}.written 2>/dev/null || :; fi`,
  ].join("; ");
}
