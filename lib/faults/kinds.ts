/** Ways a target can fail. */
export const FAULT_KINDS = ["kill", "stop", "hang", "drop", "reject"] as const;
export type FaultKind = (typeof FAULT_KINDS)[number];

/** What a fault is done to. */
export interface FaultTarget {
  vmid: number;
  /** Port of the service. */
  port: number;
  /** The load balancer, as the target sees it. */
  loadBalancerAddress: string;
}

/** One fault as commands for the Proxmox node; both may be run again without harm. */
export interface Fault {
  /** Breaks the target. */
  inject: string;
  /** Repairs it, whether it is broken or not. */
  undo: string;
  /** What is to be seen, with the profile `tuned`. */
  expect: string;
}

/** Name of the service's container on an app node. */
const SERVICE = "web";
/** Marks our rules, so that repairing takes out no other. */
const MARK = "-m comment --comment homelab-fault";

/** The commands and the expectation of one kind of fault. */
export function faultOf(kind: FaultKind, target: FaultTarget): Fault {
  const inGuest = (text: string) => `pct exec ${target.vmid} -- sh -c '${text}'`;
  switch (kind) {
    case "kill":
      return {
        inject: inGuest(`docker kill ${SERVICE}`),
        undo: inGuest(`docker start ${SERVICE}`),
        expect:
          "connections fail: out with the second that is noticed, others answer it; " +
          "a POST that was being answered is lost",
      };
    case "stop":
      return {
        inject: `pct stop ${target.vmid}`,
        undo: `pct status ${target.vmid} | grep -q running || pct start ${target.vmid}`,
        expect: "the address is gone: requests wait 0.5 s for it once, then others answer them",
      };
    case "hang":
      return {
        inject: inGuest(`docker pause ${SERVICE}`),
        undo: inGuest(
          `if [ "$(docker inspect -f "{{.State.Paused}}" ${SERVICE})" = true ]; then docker unpause ${SERVICE}; fi`,
        ),
        expect:
          "connections open but nothing answers: requests wait 2 s, then others answer them; " +
          "out after two checks of 0.5 s",
      };
    case "drop":
      return {
        inject: inGuest(both("-I", target).join(" && ")),
        undo: inGuest(both("-D", target).map(untilNone).join("; ")),
        expect:
          "packets vanish in both directions: new connections wait 0.5 s, open ones 2 s, then " +
          "others answer",
      };
    case "reject":
      return {
        inject: inGuest(reject("-I", target)),
        undo: inGuest(untilNone(reject("-D", target))),
        expect: "connections are reset: out with the next request, others answer it",
      };
  }
}

/** Before connection tracking, so that open connections are cut as well; one rule a direction. */
function both(action: "-I" | "-D", { loadBalancerAddress }: FaultTarget): string[] {
  return ["-s", "-d"].map(
    (side) =>
      `iptables -w -t raw ${action} PREROUTING -p tcp ${side} ${loadBalancerAddress} ${MARK} -j DROP`,
  );
}

/** Before Docker's own jumps, whose access rules stay as they are. */
function reject(action: "-I" | "-D", { loadBalancerAddress, port }: FaultTarget): string {
  return (
    `iptables -w ${action} FORWARD -p tcp -s ${loadBalancerAddress} --dport ${port} ${MARK} ` +
    "-j REJECT --reject-with tcp-reset"
  );
}

/** Rules that were put in twice are taken out twice. */
const untilNone = (remove: string) => `while ${remove} 2>/dev/null; do :; done`;

export function isFaultKind(text: string): text is FaultKind {
  return (FAULT_KINDS as readonly string[]).includes(text);
}
