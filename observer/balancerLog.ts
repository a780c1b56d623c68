/** What the load balancer's log tells of its targets, with the load balancer's own time. */
export interface BalancerEvent {
  /** Milliseconds since the epoch. */
  at: number;
  kind: "check-passed" | "check-failed" | "down" | "up" | "retried" | "queued";
  target: string;
  /** When the request arrived, in milliseconds since the epoch; missing on lines about targets. */
  began?: number;
  /** Whether a retry of the request went to another target than the first try. */
  redispatched?: boolean;
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
  return trafficEvent(at, text);
}

/**
 * httplog: `backend/server TR/Tw/Tc/Tr/Ta status bytes - - flags
 * actconn/feconn/beconn/srv_conn/retries srv_queue/backend_queue`; retries have a "+" when another
 * target was tried. The line is written when the request ends, Ta milliseconds after it began.
 */
const httplog =
  / app(?:-fail-open)?\/(\S+) \S+\/\+?(-?\d+) \d{3} \S+ \S+ \S+ \S+ \d+\/\d+\/\d+\/\d+\/(\+?)(\d+) (\d+)\/(\d+) /;

function trafficEvent(at: number, text: string): BalancerEvent | undefined {
  const found = httplog.exec(text);
  if (!found) return undefined;
  const [, target, took, plus, retries, ...queues] = found;
  const began = at - Math.max(0, Number(took));
  if (Number(retries) > 0) {
    return { at, kind: "retried", target: target!, began, redispatched: plus === "+", text };
  }
  if (queues.some((ahead) => Number(ahead) > 0)) {
    return { at, kind: "queued", target: target!, began, text };
  }
  return undefined;
}
