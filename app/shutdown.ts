import type { Server } from "node:http";
import type { VisitStore } from "./visitStore";

/** Give the container at least this and a moment more to stop (`docker stop --time 15`). */
export const STOP_TIMEOUT_MS = 10_000;

/**
 * Stops accepting, lets requests in flight finish, then closes the store.
 *
 * Returns false when requests had to be cut after `timeoutMs`.
 */
export async function stopGracefully(
  server: Server,
  store: VisitStore,
  timeoutMs: number = STOP_TIMEOUT_MS,
): Promise<boolean> {
  let finished = true;
  const cut = setTimeout(() => {
    finished = false;
    server.closeAllConnections();
  }, timeoutMs);
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
    server.closeIdleConnections();
  });
  clearTimeout(cut);
  await store.close().catch(() => undefined);
  return finished;
}
