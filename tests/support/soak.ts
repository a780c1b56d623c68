import { cloneAt, freshClone, type LabClone } from "./labClone";

/** The lab that the soak tests kill and reboot; `HOMELAB_SOAK_CLONE` names another place. */
export const soakClone = (): LabClone =>
  cloneAt(process.env.HOMELAB_SOAK_CLONE ?? "/tmp/homelab-soak");

/** How often each trial is made. */
export const repeats = Number(process.env.HOMELAB_SOAK_REPEAT ?? 20);

/** Shown with the results; the same seed makes the same trials. */
export const seed = Number(process.env.HOMELAB_SOAK_SEED ?? Date.now() % 100_000);

/**
 * The lab, complete. `HOMELAB_SOAK_KEEP` keeps one that is there already, for trials by hand; else it
 * is made anew in a fresh clone.
 */
export async function wholeSoakLab(): Promise<void> {
  if (!process.env.HOMELAB_SOAK_KEEP) await freshClone(soakClone());
  await soakClone().ok(["up", "--yes"], { timeoutSeconds: 2300 });
}
