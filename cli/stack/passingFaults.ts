/**
 * Failures of a Proxmox node that pass by themselves, as they stand in Pulumi's errors. A busy node answers 596
 * when a connection between its own daemons breaks, gives up waiting for a lock after 10 s, and drops SSH
 * connections while they are being opened.
 */
const PASSING = [
  /\bHTTP 59\d\b/, // pveproxy's own: 595 no answer, 596 connection broken, 599 too many redirects
  /\bHTTP 50[234]\b/,
  /\bgot 59\d "/,
  /can't lock file '[^']*' - got timeout/,
  /\bgot no worker upid\b/,
  /\bconnection reset by peer\b/i,
  /\b(?:unexpected )?EOF\b/,
  /\bTLS handshake timeout\b/,
  /\bClient\.Timeout exceeded\b/,
  /Connection (?:closed|reset) by [\w.:]+(?: port \d+)?$/m,
  /during banner exchange/,
  /kex_exchange_identification/,
];

export const isPassing = (failure: string): boolean =>
  PASSING.some((pattern) => pattern.test(failure));

/** How often a run that failed for such reasons alone is repeated. */
export const REPEATS = 2;

/** A failed run that may succeed when it is repeated. */
export interface FailedRun {
  /** What failed, each cause once. */
  failures: readonly string[];
}

/** Whether every failure of a run is one that passes; one of another kind is final. */
export const mayPass = ({ failures }: FailedRun): boolean =>
  failures.length > 0 && failures.every(isPassing);

/**
 * Does `work`, and again where it fails for reasons that pass, at most `REPEATS` times.
 *
 * @param from.failedRun what an error of `work` says of the run, undefined: it cannot be repeated
 * @param from.between is called before each repetition, with the number of it
 * @throws the last error
 */
export async function pastPassingFaults<T>(from: {
  work: () => Promise<T>;
  failedRun: (error: unknown) => FailedRun | undefined;
  between: (failed: FailedRun, repetition: number) => Promise<void>;
}): Promise<T> {
  for (let repetition = 1; ; repetition++) {
    try {
      return await from.work();
    } catch (error) {
      const failed = from.failedRun(error);
      if (!failed || repetition > REPEATS || !mayPass(failed)) throw error;
      await from.between(failed, repetition);
    }
  }
}
