import { setTimeout as sleep } from "node:timers/promises";
import type { Asker } from "./asker";

/** What is talked with is of no use any more, and another one is there: no trouble. */
export class Outdated extends Error {}

/** A source that is asked again and again. */
export interface Source {
  /** For people, e.g. `load balancer`. */
  name: string;
  everyMs: number;
  /** Between two attempts when it is away. @default 1000 */
  retryMs?: number;
  open(): Promise<Asker>;
  /** Asks once, and does with the answer what is to be done. @throws Outdated to be opened anew at once */
  look(asker: Asker): Promise<void>;
  /** Called with the reason when it does not answer, and with nothing when it does again. */
  trouble(error?: string): void;
}

/** Asks a source until the signal ends it; one that is away is tried again. */
export async function poll(source: Source, signal: AbortSignal): Promise<void> {
  let away = false;
  while (!signal.aborted) {
    let asker: Asker | undefined;
    const close = () => asker?.close();
    signal.addEventListener("abort", close);
    try {
      asker = await source.open();
      while (!signal.aborted) {
        await source.look(asker);
        if (away) source.trouble();
        away = false;
        await sleep(source.everyMs, undefined, { signal });
      }
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof Outdated) continue;
      away = true;
      source.trouble((error as Error).message);
      await sleep(source.retryMs ?? 1000, undefined, { signal }).catch(() => undefined);
    } finally {
      signal.removeEventListener("abort", close);
      close();
    }
  }
}
