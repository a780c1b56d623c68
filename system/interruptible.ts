/**
 * Ends work when the user interrupts: its signal is aborted, and the call fails with what to expect.
 *
 * @param left what is true then, for example `everything is restored`
 */
export async function interruptible<T>(
  left: string,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const abort = new AbortController();
  const interrupt = () => abort.abort(new Error(`interrupted; ${left}`));
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  for (const signal of signals) process.on(signal, interrupt);
  try {
    return await work(abort.signal);
  } catch (error) {
    if (abort.signal.aborted) throw abort.signal.reason;
    throw error;
  } finally {
    for (const signal of signals) process.off(signal, interrupt);
  }
}
