/** A weight that is not the configuration's, from `show anomalies` of the program in lib/haproxy/anomalyScript.ts. */
export interface SetWeight {
  group: string;
  target: string;
  weight: number;
  /** As the configuration has it. */
  full: number;
  /** Who set it: anomaly mitigation, or somebody by hand. */
  owner: "anomaly" | "operator";
  /** Since when, milliseconds since the epoch of the load balancer's clock. */
  since: number;
  /** Why, e.g. `48 % errors`; undefined for an operator's. */
  reason?: string;
}

/** Reads the answer; undefined: HAProxy does not know the command, for no target group mitigates anomalies. */
export function parseSetWeights(text: string): SetWeight[] | undefined {
  const lines = text.split("\n");
  if (!lines.some((line) => line.startsWith("# group target "))) return undefined;
  return lines.flatMap((line): SetWeight[] => {
    const [group, target, weight, full, owner, since, , reason] = line.split("\t");
    if (target === undefined || reason === undefined) return [];
    if (owner !== "anomaly" && owner !== "operator") return [];
    return [
      {
        ...{ group: group!, target, weight: Number(weight), full: Number(full), owner },
        since: Number(since) * 1000,
        ...(owner === "anomaly" && { reason }),
      },
    ];
  });
}

/** `weight 12 of 100: anomaly, 48 % errors since 10:02:11`. @param clock a time as people read it */
export function weightText(
  { weight, full, owner, reason, since }: SetWeight,
  clock: (at: number) => string,
): string {
  const why = owner === "anomaly" ? `anomaly, ${reason}` : "set by hand";
  return `weight ${weight} of ${full}: ${why} since ${clock(since)}`;
}
