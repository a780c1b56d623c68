/** The text of a CT's configuration file (`/etc/pve/lxc/<vmid>.conf`), as far as raw LXC lines go. */

export interface RawLine {
  key: string;
  value: string;
}

/** A raw LXC line, whichever of the two separators it uses. */
export function parseRawLine(line: string): RawLine | undefined {
  const match = /^(lxc\.[a-z0-9_.-]+)\s*[:=]\s*(.*?)\s*$/.exec(line);
  return match ? { key: match[1] ?? "", value: match[2] ?? "" } : undefined;
}

/** A raw line in the spelling that Proxmox writes, for comparisons. */
export function normalLine(line: string): string {
  const raw = parseRawLine(line);
  return raw ? `${raw.key}: ${raw.value}`.trimEnd() : line.trimEnd();
}

/** The current configuration's lines; sections such as snapshots follow and are left alone. */
function split(text: string): { current: string[]; rest: string } {
  const lines = text.replace(/\n$/, "").split("\n");
  const at = lines.findIndex((line) => line.startsWith("["));
  if (at < 0) return { current: lines, rest: "" };
  return { current: lines.slice(0, at), rest: `\n${lines.slice(at).join("\n")}\n` };
}

/** Normalised raw lines of the current configuration, in their order. */
export function rawLines(text: string): string[] {
  return split(text)
    .current.filter((line) => parseRawLine(line))
    .map(normalLine);
}

/** Keys of which LXC takes the last line (lxc.container.conf(5)); lines of all others add up. */
const LAST_COUNTS = [
  "lxc.apparmor.profile",
  "lxc.apparmor.allow_incomplete",
  "lxc.apparmor.allow_nesting",
  "lxc.autodev",
  "lxc.seccomp.profile",
];

/** Whether a raw line is there, and no later one of its key takes its place. */
export function isInForce(lines: string[], line: string): boolean {
  const wanted = normalLine(line);
  const key = parseRawLine(wanted)?.key ?? "";
  if (!LAST_COUNTS.includes(key)) return lines.includes(wanted);
  return lines.findLast((one) => parseRawLine(one)?.key === key) === wanted;
}

/** Value of `features:` in the current configuration, or the empty string. */
export function featuresOf(text: string): string {
  const line = split(text).current.find((candidate) => candidate.startsWith("features:"));
  return line ? line.slice("features:".length).trim() : "";
}

/**
 * Features at the CT's next start: a change of a CT that runs waits in section `[pve:pending]`, as a
 * value or as a key on its list of deletions.
 */
export function nextFeatures(text: string): string {
  const lines = split(text).rest.split("\n");
  const from = lines.indexOf("[pve:pending]");
  if (from < 0) return featuresOf(text);
  const own = lines.slice(from + 1);
  const end = own.findIndex((line) => line.startsWith("["));
  const pending = end < 0 ? own : own.slice(0, end);
  const value = (key: string) =>
    pending.find((line) => line.startsWith(`${key}:`))?.slice(key.length + 1);
  const deleted = (value("delete") ?? "").split(",").map((key) => key.trim().replace(/^!/, ""));
  return value("features")?.trim() ?? (deleted.includes("features") ? "" : featuresOf(text));
}

/** The text with some raw lines taken out (each once) and others appended where they are missing. */
export function changeRawLines(text: string, remove: string[], add: string[]): string {
  const { current, rest } = split(text);
  const kept = current.slice();
  while (kept.length > 0 && kept[kept.length - 1] === "") kept.pop();
  for (const line of remove) {
    const at = kept.findLastIndex((candidate) => normalLine(candidate) === normalLine(line));
    if (at >= 0) kept.splice(at, 1);
  }
  const present = kept.map(normalLine);
  const missing = add.map(normalLine).filter((line) => !present.includes(line));
  return `${[...kept, ...missing].join("\n")}\n${rest}`;
}

/** Features in one order and without those that are off, so that two spellings compare equal. */
export function normalFeatures(features: string): string {
  const on = features.split(",").map((item) => item.trim());
  return on
    .filter((item) => item !== "" && !item.endsWith("=0"))
    .sort()
    .join(",");
}
