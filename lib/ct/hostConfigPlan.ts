import {
  featuresOf,
  isInForce,
  nextFeatures,
  normalFeatures,
  normalLine,
  rawLines,
} from "./configText";
import type { CtNote } from "./ctNote";

export interface WantedHostConfig {
  /** In Proxmox's spelling; empty: features are not managed. */
  features: string;
  rawLines: string[];
}

/** What the state of the last run says; see ContainerHostConfigState. */
export interface FormerHostConfig extends WantedHostConfig {
  previousFeatures: string;
  addedLines: string[];
}

/** What is to be done to a CT's configuration, and what will be ours in it. */
export interface HostConfigPlan {
  /** Features to set, undefined: as they are. */
  features?: string;
  previousFeatures: string;
  /** Lines to take out and to add. */
  remove: string[];
  add: string[];
  /** Lines of ours when all is done. */
  addedLines: string[];
  /** Lines that may be ours while it is being done. */
  touchedLines: string[];
}

/**
 * Compares a CT's configuration with what is wanted. A line that is there is ours when the former state or the
 * note says so; the note knows of runs that were cut off, which the state does not.
 */
export function planHostConfig(
  conf: string,
  wanted: WantedHostConfig,
  former?: FormerHostConfig,
  note?: CtNote,
): HostConfigPlan {
  const present = rawLines(conf);
  const lines = wanted.rawLines.map(normalLine);
  const ours = ownLines(present, lines, former, note);
  const add = lines.filter((line) => !isInForce(present, line));
  const added = add.filter((line) => !present.includes(line));
  const setByUs = note !== undefined && note.features !== "" && has(conf, note.features);
  const previousFeatures =
    former?.previousFeatures ?? (setByUs ? note.previousFeatures : featuresOf(conf));
  const managed = former?.features !== undefined && former.features !== "";
  return {
    // Features given up go back to what they were; features never managed are left alone.
    features: wanted.features || (managed ? previousFeatures : undefined),
    previousFeatures,
    remove: ours.filter((line) => !lines.includes(line)),
    add,
    addedLines: [...ours.filter((line) => lines.includes(line)), ...added],
    touchedLines: [...ours, ...added],
  };
}

/** What gives the CT's configuration back as it was. */
export function planUndo(conf: string, former: FormerHostConfig, note?: CtNote): HostConfigPlan {
  const known = { ...former, rawLines: [] };
  return planHostConfig(conf, { features: "", rawLines: [] }, known, note);
}

function ownLines(
  present: string[],
  wanted: string[],
  former?: FormerHostConfig,
  note?: CtNote,
): string[] {
  const known = [...(former?.addedLines ?? []), ...(note?.addedLines ?? [])];
  // A release that wrote no note may have left lines that its state does not have: they are wanted since then.
  const wasWanted = former?.rawLines.map(normalLine) ?? [];
  const lost = former && !note ? wanted.filter((line) => !wasWanted.includes(line)) : [];
  return [...new Set([...known, ...lost])].filter((line) => present.includes(line));
}

const has = (conf: string, features: string) =>
  otherFeatures(conf, normalFeatures(features)) === undefined;

/** Features that the CT has, or will have at its next start, and that are not those wanted. */
export const otherFeatures = (conf: string, wanted: string): string | undefined =>
  [featuresOf(conf), nextFeatures(conf)].map(normalFeatures).find((found) => found !== wanted);
