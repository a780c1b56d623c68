import { BACKEND } from "../../lib/haproxy/backends";
import type { SetWeight } from "../anomalies";
import { maskedFailures } from "../maskedFailures";
import { requestTotals, type StatRow, targetHealth, targetRows } from "../targetHealth";
import type { TargetLook } from "./liveEvents";

/** What `show stat` and `show anomalies` say of each target, in the order of the names. */
export function targetLooks(
  rows: StatRow[],
  names: string[],
  weights: readonly SetWeight[] = [],
): TargetLook[] {
  const byName = targetRows(rows, names);
  const requests = requestTotals(rows, names);
  const masked = maskedFailures(rows, names).byTarget;
  return names.map((name) => {
    const row = byName.get(name);
    const { state, reason } = targetHealth(row);
    const setWeight = weights.find(({ group, target }) => group === BACKEND && target === name);
    return {
      name,
      state,
      reason,
      // A leading "* " says that a check is under way right now.
      check: (row?.check_status ?? "").replace(/^\* /, ""),
      detail: row?.last_chk ?? "",
      weight: Number(row?.weight ?? 0),
      ...(setWeight && { setWeight }),
      stateSeconds: Number(row?.lastchg ?? 0),
      requests: requests[name] ?? 0,
      retried: masked[name]?.retried ?? 0,
      redispatched: masked[name]?.redispatched ?? 0,
    };
  });
}

/** HAProxy's codes of a failed check, in words: what the load balancer saw of the target. */
const CHECK_WORDS: Record<string, string> = {
  HANA: "requests to it failed",
  SOCKERR: "the load balancer could not open a socket",
  L4TOUT: "no connection in time",
  L4CON: "its connections are refused",
  L6TOUT: "no TLS handshake in time",
  L6RSP: "its TLS handshake is wrong",
  L7TOUT: "no answer to the health check in time",
  L7RSP: "its answer to the health check is no HTTP",
  L7STS: "its health check answers an error",
};

/** Why a target is out, for people; the code stands behind it. */
export function whyOut({ check, detail }: Pick<TargetLook, "check" | "detail">): string {
  const words = CHECK_WORDS[check];
  if (words) return `${words} (${check})`;
  return detail || check || "the load balancer gives no reason";
}

/** A check that passed; undefined: there was none yet. */
export function checkPassed({ check }: Pick<TargetLook, "check">): boolean | undefined {
  if (check === "" || check === "INI" || check === "UNK") return undefined;
  return /^L[467]OK|^PROCOK/.test(check);
}
