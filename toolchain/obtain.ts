import type { Part } from "./parts";
import type { Origin } from "./stamps";

/** The ways to get parts; each throws when it fails, and may have finished some of them by then. */
export interface Ways {
  officialReachable(): Promise<boolean>;
  download(parts: Part[]): Promise<void>;
  build(parts: Part[]): Promise<void>;
  /** Parts that are not in place. */
  missing(): Part[];
  note(text: string): void;
  /** Tells the user something that stays on the screen. */
  warn(text: string): void;
}

/**
 * Gets what is missing, by downloads where their sites answer. What a download fails to give is
 * built: one file that a site does not have must not keep a lab from coming up.
 *
 * @param wish the only way to go, or undefined to choose
 */
export async function obtain(wish: Origin | undefined, ways: Ways): Promise<void> {
  const missing = ways.missing();
  if (missing.length === 0) return; // another lab has made them meanwhile
  if (wish === "built here") return ways.build(missing);
  if (wish === "official") return ways.download(missing);
  ways.note("asking get.pulumi.com and github.com");
  if (!(await ways.officialReachable())) return ways.build(missing);
  try {
    await ways.download(missing);
  } catch (error) {
    const left = ways.missing();
    const names = left.map(({ name }) => name).join(", ");
    ways.warn(
      `toolchain: the download failed (${(error as Error).message}); building ${names} instead`,
    );
    await ways.build(left);
  }
}
