/** How many tests ended how. */
export interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

export function addCounts(parts: Counts[]): Counts {
  return parts.reduce(
    (sum, part) => ({
      passed: sum.passed + part.passed,
      failed: sum.failed + part.failed,
      skipped: sum.skipped + part.skipped,
    }),
    { passed: 0, failed: 0, skipped: 0 },
  );
}

/** The last line of `./lab test`, which CI reads. */
export function countsLine({ passed, failed, skipped }: Counts): string {
  return `${passed} passed, ${failed} failed, ${skipped} skipped`;
}

/**
 * What mocha counted of `total` tests. One that the run never came to is skipped: the run was ended
 * before it, or a hook failed, which itself is a failure and no test.
 */
export function runCounts(
  stats: { passes: number; failures: number; pending: number; tests: number },
  total: number,
): Counts {
  const { passes, failures, pending, tests } = stats;
  return { passed: passes, failed: failures, skipped: pending + total - tests };
}

/**
 * The counts of one mocha run; a run that died or failed outside of a test is one failure more.
 *
 * @param written what the reporter wrote, or undefined when it never got to it.
 */
export function mochaCounts(written: string | undefined, exitStatus: number): Counts {
  if (written === undefined) return { passed: 0, failed: 1, skipped: 0 };
  const counts = JSON.parse(written) as Counts;
  return exitStatus !== 0 && counts.failed === 0 ? { ...counts, failed: 1 } : counts;
}
