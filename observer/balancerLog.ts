/** What the load balancer's log tells of its targets, with the load balancer's own time. */
export interface BalancerEvent {
  /** Milliseconds since the epoch. */
  at: number;
  kind: "check-passed" | "check-failed" | "down" | "up" | "retried";
  target: string;
  /** The load balancer's words. */
  text: string;
}

/**
 * Reads a line of HAProxy's log as `journalctl -o short-unix` prints it; undefined: of no interest.
 *
 * HAProxy writes a change of state twice; the form with its level in brackets is left out.
 */
export function parseLogLine(line: string): BalancerEvent | undefined {
  const found = /^(\d+\.\d+) \S+ haproxy\[\d+\]: (.*)$/.exec(line);
  if (!found || found[2]!.startsWith("[")) return undefined;
  const at = Number(found[1]) * 1000;
  const text = found[2]!;
  const state = /^Server app\/(\S+) is (DOWN|UP)\b/.exec(text);
  if (state) return { at, kind: state[2] === "DOWN" ? "down" : "up", target: state[1]!, text };
  const check = /^Health check for server app\/(\S+) (succeeded|failed)\b/.exec(text);
  if (check) {
    const kind = check[2] === "succeeded" ? "check-passed" : "check-failed";
    return { at, kind, target: check[1]!, text };
  }
  // httplog: actconn/feconn/beconn/srv_conn/retries, "+" when another target was tried.
  const traffic = / app\/(\S+) \S+ \d{3} \S+ \S+ \S+ \S+ \d+\/\d+\/\d+\/\d+\/\+?(\d+) /.exec(text);
  if (traffic && Number(traffic[2]) > 0) {
    return { at, kind: "retried", target: traffic[1]!, text };
  }
  return undefined;
}
