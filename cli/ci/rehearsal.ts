/** What clients saw while the change was applied. */
export interface Rehearsal {
  /** Requests that were sent while it was applied, and those that failed. */
  sent: number;
  lost: number;
  /** The first failures, in words. */
  failures: string[];
  /** Fewest targets in rotation at one moment; undefined where the statistics never answered. */
  leastHealthy?: number;
  latency: Record<"before" | "during" | "after", { p50: number; p99: number; max: number }>;
  /** What the update changed, or why it failed. */
  changes: string;
  failed: boolean;
  /** What a second update changed; nothing is expected. */
  second?: string;
}

/** Whether the change may be rolled out as it is. */
export function rehearsalFailed({ lost, failed, second }: Rehearsal): boolean {
  return failed || lost > 0 || (second !== undefined && second !== "no changes");
}
