/** HAProxy's name for the target group. */
export const BACKEND = "app";
/** The same targets, unchecked: they get requests while none of the target group is healthy. */
export const FAIL_OPEN_BACKEND = "app-fail-open";
/** The same of any target group. */
export const failOpenOf = (group: string): string => `${group}-fail-open`;
/** HAProxy's frontend for its own figures, which is no listener. */
export const STATS_FRONTEND = "stats";
/** Answer header that says so; it is absent otherwise. */
export const FAIL_OPEN_HEADER = "X-Fail-Open";

/**
 * Words for HAProxy's admin socket that set a target's state. In both backends: a target that was
 * taken out by hand gets no request either when the others fail.
 */
export function stateWords(target: string, state: "drain" | "ready"): string {
  return [BACKEND, FAIL_OPEN_BACKEND]
    .map((backend) => `set server ${backend}/${target} state ${state}`)
    .join("; ");
}
