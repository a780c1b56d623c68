/** The load balancer sets this request header itself; clients cannot. */
export const HEALTH_HEADER = "x-target-health";

/** A target as the load balancer saw it when it forwarded the request. */
export interface TargetHealth {
  name: string;
  state: "healthy" | "unhealthy";
}

/** More than a load balancer of this lab has; the rest of a longer header is not read. */
const MOST = 64;

/**
 * Reads `app1=1, app2=0`. Null without a target in it: then the request came straight to the node,
 * not through the load balancer.
 */
export function readTargetHealth(header: string | string[] | undefined): TargetHealth[] | null {
  const entries = String(header ?? "").split(",", MOST);
  const targets = entries.flatMap((entry): TargetHealth[] => {
    const [, name, up] = /^\s*([\w.-]{1,64})=([01])\s*$/.exec(entry) ?? [];
    return name ? [{ name, state: up === "1" ? "healthy" : "unhealthy" }] : [];
  });
  return targets.length > 0 ? targets : null;
}
