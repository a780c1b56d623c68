/**
 * The text of a CT's configuration file, `/etc/pve/nodes/<node>/lxc/<vmid>.conf`: description lines,
 * sorted options, raw LXC lines in their order, then pending changes and snapshots as sections.
 */

/** A raw LXC line, such as `lxc.cap.drop` with an empty value. */
export type RawLine = readonly [key: string, value: string];

export interface CtSection {
  /** Ends with a newline when present. */
  description?: string;
  options: Record<string, string>;
  raw: RawLine[];
}

export interface PendingChanges {
  options: Record<string, string>;
  /** Options that the next start takes away. */
  delete: string[];
}

export interface CtConfig extends CtSection {
  pending: PendingChanges;
  snapshots: Record<string, CtSection>;
}

const pendingName = "pve:pending";

/** Raw keys that a CT may set; the image of its disk is Proxmox's own business. */
const rawKeys = new RegExp(
  "^lxc\\.(?:" +
    [
      "apparmor\\.(?:profile|raw|allow_nesting|allow_incomplete)",
      "selinux\\.context|include|arch|uts\\.name|kmsg|autodev|group",
      "signal\\.\\w+|init\\.\\w+|console\\.\\w+|log\\.\\w+|start\\.\\w+|hook\\.[\\w-]+",
      "pty\\.max|tty\\.max|devtty\\.dir",
      "mount\\.(?:fstab|entry|auto)|mount|rootfs\\.mount|cap\\.(?:drop|keep)|idmap",
      "seccomp\\.[\\w.]+|environment(?:\\.\\w+)?",
      "cgroup2?\\.[\\w.]+|prlimit\\.\\w+|net\\.[\\w.]+|sysctl\\.(?:fs\\.mqueue|kernel)\\.[\\w.]+",
    ].join("|") +
    ")$",
);

export const emptySection = (): CtSection => ({ options: {}, raw: [] });

export const emptyConfig = (): CtConfig => ({
  ...emptySection(),
  pending: { options: {}, delete: [] },
  snapshots: {},
});

/** Control characters, percent, colon and what is not ASCII are written as `%XX` of their UTF-8. */
export function encodeText(text: string): string {
  return [...Buffer.from(text, "utf8")]
    .map((byte) =>
      byte >= 0x20 && byte <= 0x7e && byte !== 0x25 && byte !== 0x3a
        ? String.fromCharCode(byte)
        : `%${byte.toString(16).toUpperCase().padStart(2, "0")}`,
    )
    .join("");
}

export function decodeText(text: string): string {
  const bytes = text.replace(/%([0-9a-f]{2})|([^%]|%)/gi, (all, hex?: string) =>
    hex ? String.fromCharCode(parseInt(hex, 16)) : Buffer.from(all, "utf8").toString("latin1"),
  );
  return Buffer.from(bytes, "latin1").toString("utf8");
}

/** A raw line in either spelling, `key: value` or `key = value`; undefined when it is none. */
export function parseRawLine(line: string): RawLine | undefined {
  const match = /^(lxc\.[a-z0-9_.-]+)\s*[:=]\s*(.*?)\s*$/i.exec(line);
  return match ? [match[1]!, match[2]!] : undefined;
}

/**
 * Reads a configuration file. Lines that mean nothing are left out, as Proxmox does.
 *
 * @param warn told of each line that was left out.
 */
export function parseCtConfig(text: string, warn: (what: string) => void = () => {}): CtConfig {
  const config = emptyConfig();
  let section: CtSection = config;
  let pending = false;
  for (const line of text.split("\n")) {
    if (/^\s*$/.test(line)) continue;
    const head = /^\[([a-z][a-z0-9_:-]+)\]\s*$/i.exec(line);
    if (head) {
      pending = head[1]!.toLowerCase() === pendingName;
      section = emptySection();
      if (!pending) config.snapshots[head[1]!] = section;
      continue;
    }
    if (line.startsWith("#")) {
      if (!pending)
        section.description = `${section.description ?? ""}${decodeText(line.slice(1))}\n`;
      continue;
    }
    const raw = parseRawLine(line);
    if (raw) {
      if (rawKeys.test(raw[0])) section.raw.push(raw);
      else warn(`raw LXC line: ${raw[0]} is not allowed; ignored`);
      continue;
    }
    const option = /^([a-z][a-z_-]*\d*)\s*:\s*(.*?)\s*$/i.exec(line);
    if (!option) {
      warn(`unable to parse line ${JSON.stringify(line)}; ignored`);
    } else if (pending && option[1] === "delete") {
      config.pending.delete = option[2]!.split(/[\s,;!]+/).filter(Boolean);
    } else if (pending) {
      config.pending.options[option[1]!] = option[2]!;
    } else {
      section.options[option[1]!] = option[2]!;
    }
  }
  return config;
}

/** Description lines as the file has them. */
export function printDescription(description: string): string[] {
  return description
    .replace(/\n$/, "")
    .split("\n")
    .map((line) => `#${encodeText(line)}`);
}

/**
 * One line of the file. A line break in a key or value would begin another one, which may be a raw LXC
 * line that runs as root of the node: no caller may get that far.
 *
 * @throws with Proxmox's text
 */
function printLine(key: string, value: string): string {
  if (/[^\P{Cc}\t]/u.test(key + value)) {
    throw new Error(`detected invalid newline inside property '${key}'`);
  }
  return `${key}: ${value}`;
}

function printOptions(options: Record<string, string>): string[] {
  return Object.keys(options)
    .sort()
    .map((key) => printLine(key, options[key]!));
}

function printSection(section: CtSection): string[] {
  return [
    ...(section.description ? printDescription(section.description) : []),
    ...printOptions(section.options),
    ...section.raw.map(([key, value]) => printLine(key, value).trimEnd()),
  ];
}

export function printCtConfig(config: CtConfig): string {
  const lines = printSection(config);
  const { options, delete: deletes } = config.pending;
  if (Object.keys(options).length > 0 || deletes.length > 0) {
    lines.push("", `[${pendingName}]`);
    if (deletes.length > 0) lines.push(`delete: ${[...deletes].sort().join(",")}`);
    lines.push(...printOptions(options));
  }
  for (const name of Object.keys(config.snapshots).sort()) {
    lines.push("", `[${name}]`, ...printSection(config.snapshots[name]!));
  }
  return lines.map((line) => `${line}\n`).join("");
}

/** The options as they will be once pending changes are applied. */
export function withPending(config: CtConfig): CtConfig {
  const options = { ...config.options, ...config.pending.options };
  for (const key of config.pending.delete) delete options[key];
  return { ...config, options, pending: { options: {}, delete: [] } };
}

/** Options that hold a number in the API's answers. */
const numeric = new Set([
  ...["cores", "cpuunits", "memory", "swap", "tty"],
  ...["console", "debug", "onboot", "protection", "template", "unprivileged"],
]);

/** An option's value as the API answers it. */
export const apiValue = (key: string, value: string): string | number =>
  numeric.has(key) ? Number(value) : value;

/** The configuration as `GET …/config` answers it. */
export function apiConfig(config: CtSection, digest: string): Record<string, unknown> {
  const answer: Record<string, unknown> = { digest };
  for (const [key, value] of Object.entries(config.options)) {
    answer[key] = apiValue(key, value);
  }
  if (config.description) answer.description = config.description;
  if (config.raw.length > 0) answer.lxc = config.raw;
  return answer;
}
