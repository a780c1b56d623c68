import { tmpdir } from "node:os";
import { join } from "node:path";
import { cloneAt, freshClone, type LabClone } from "./labClone";

/** The lab that the soak tests kill and reboot; `HOMELAB_SOAK_CLONE` names another place. */
export const soakClone = (): LabClone =>
  cloneAt(process.env.HOMELAB_SOAK_CLONE ?? join(tmpdir(), "homelab-soak"));

/** How often each trial is made. */
export const repeats = Number(process.env.HOMELAB_SOAK_REPEAT ?? 3);

/** Shown with the results; the same seed makes the same trials. */
export const seed = Number(process.env.HOMELAB_SOAK_SEED ?? Date.now() % 100_000);

/**
 * The clone made anew. `HOMELAB_SOAK_KEEP` keeps a lab that is there already, for trials by hand.
 */
export async function freshSoakClone(): Promise<void> {
  if (!process.env.HOMELAB_SOAK_KEEP) await freshClone(soakClone());
}
