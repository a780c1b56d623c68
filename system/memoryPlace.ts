import { existsSync } from "node:fs";

/** A folder in memory, for what must not lie on a disk; another one where the machine has none. */
export const memoryPlace = (otherwise: string): string =>
  existsSync("/dev/shm") ? "/dev/shm" : otherwise;
