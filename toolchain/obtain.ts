import type { Part } from "./parts";
import type { Origin } from "./stamps";

/** The ways to get parts; each throws when it fails, and may have finished some of them by then. */
export interface Ways {
  officialReachable(): Promise<boolean>;
  /** A download of it can be checked: its sum is pinned. */
  isPinned(part: Part): boolean;
  download(parts: Part[]): Promise<void>;
  build(parts: Part[]): Promise<void>;
  /** Parts that are not in place. */
  missing(): Part[];
  note(text: string): void;
  /** Tells the user something that stays on the screen. */
  warn(text: string): void;
}

/** What a build takes, for people: measured with two CPUs; most of it compiles what the parts share. */
const buildTime = "once, 5 to 15 minutes on two CPUs";

const namesOf = (parts: Part[]) => parts.map(({ name }) => name).join(", ");

/**
 * Gets what is missing, by downloads where their site answers and their sums are known. The rest is
 * built, and what a download fails to give: one file that a site does not have must not keep a lab
 * from coming up.
 *
 * @param wish the only way to go, or undefined to choose
 */
export async function obtain(wish: Origin | undefined, ways: Ways): Promise<void> {
  const missing = ways.missing();
  if (missing.length === 0) return; // another lab has made them meanwhile
  if (wish === "built here") return ways.build(missing);
  if (wish === "official") return ways.download(missing);
  const build = (parts: Part[], why: string) => {
    ways.warn(`toolchain: ${why}; building ${namesOf(parts)} from sources (${buildTime})`);
    return ways.build(parts);
  };
  const pinned = missing.filter((part) => ways.isPinned(part));
  const others = missing.filter((part) => !ways.isPinned(part));
  const unchecked = "downloads of some parts could not be checked";
  if (pinned.length === 0) return build(missing, unchecked);
  ways.note("asking Pulumi's site");
  if (!(await ways.officialReachable())) return build(missing, "Pulumi's site does not answer");
  try {
    await ways.download(pinned);
  } catch (error) {
    return build(ways.missing(), `the download failed (${(error as Error).message})`);
  }
  if (others.length > 0) await build(others, unchecked);
}
