/**
 * `/etc/network/interfaces` as text that can be changed in places: what is not touched stays as it is,
 * lines that are not understood included.
 */

export type Family = "inet" | "inet6";

/** `iface NAME FAMILY METHOD` with the lines up to the next stanza. */
export interface Stanza {
  kind: "iface";
  name: string;
  family: Family;
  method: string;
  head: string;
  lines: string[];
}

/** `auto a b`: what is brought up at boot. */
interface Auto {
  kind: "auto";
  names: string[];
  head: string;
}

/** Everything else: comments, `source`, `mapping`, blank lines. */
interface Other {
  kind: "other";
  lines: string[];
}

export type Block = Stanza | Auto | Other;

export interface InterfacesFile {
  blocks: Block[];
}

export function parseInterfaces(text: string): InterfacesFile {
  const blocks: Block[] = [];
  for (const line of text === "" ? [] : text.replace(/\n$/, "").split("\n")) {
    const [word = "", ...rest] = line.trim().split(/\s+/);
    const last = blocks.at(-1);
    if (word === "iface" && (rest[1] === "inet" || rest[1] === "inet6")) {
      const [name = "", family, method = "manual"] = rest;
      blocks.push({ kind: "iface", name, family, method, head: line, lines: [] });
    } else if (word === "auto") {
      blocks.push({ kind: "auto", names: rest, head: line });
    } else if (last?.kind === "iface" && belongs(word, last)) {
      last.lines.push(line);
    } else if (last?.kind === "other") {
      last.lines.push(line);
    } else {
      blocks.push({ kind: "other", lines: [line] });
    }
  }
  return { blocks };
}

/** A stanza ends at a blank line or at the next keyword; comments right after it are its own. */
function belongs(word: string, stanza: Stanza): boolean {
  const ends = /^(source(-directory)?|mapping|allow-\S+|iface|no-auto-down|rename|template)$/;
  return word !== "" && !ends.test(word) && stanza.lines.at(-1) !== "";
}

export function formatInterfaces({ blocks }: InterfacesFile): string {
  const lines = blocks.flatMap((block) => {
    if (block.kind === "other") return block.lines;
    return block.kind === "auto" ? [block.head] : [block.head, ...block.lines];
  });
  const text = lines.join("\n");
  return text === "" ? "" : `${text}\n`;
}

/** An interface as the file describes it. */
export interface InterfaceSettings {
  name: string;
  autostart: boolean;
  method: string;
  method6: string;
  /** With its prefix length, `10.10.10.1/24`. */
  cidr?: string;
  gateway?: string;
  cidr6?: string;
  gateway6?: string;
  comments?: string;
  /** Other options by their name in the file, such as `bridge-ports`. A repeated name keeps its lines. */
  options: [string, string][];
}

/** Older files spell options with underscores; ifupdown takes both. */
const optionName = (word: string) => word.replaceAll("_", "-");

export function interfaceNames(file: InterfacesFile): string[] {
  const names = file.blocks.flatMap((block) => (block.kind === "iface" ? [block.name] : []));
  return [...new Set(names)];
}

export function readInterface(file: InterfacesFile, name: string): InterfaceSettings | undefined {
  const stanzas = stanzasOf(file, name);
  if (stanzas.length === 0) return undefined;
  const settings: InterfaceSettings = {
    name,
    autostart: file.blocks.some((b) => b.kind === "auto" && b.names.includes(name)),
    method: stanzas.find((s) => s.family === "inet")?.method ?? "manual",
    method6: stanzas.find((s) => s.family === "inet6")?.method ?? "manual",
    options: [],
  };
  for (const stanza of stanzas) readStanza(stanza, settings);
  return settings;
}

function readStanza(stanza: Stanza, settings: InterfaceSettings): void {
  const six = stanza.family === "inet6";
  let address: string | undefined;
  let netmask: string | undefined;
  for (const line of stanza.lines) {
    const text = line.trim();
    if (text.startsWith("#")) {
      settings.comments = `${settings.comments ?? ""}${text.slice(1)}\n`;
      continue;
    }
    const [word = "", value = ""] = splitFirst(text);
    const key = optionName(word);
    if (key === "address") address = value;
    else if (key === "netmask") netmask = value;
    else if (key === "gateway") settings[six ? "gateway6" : "gateway"] = value;
    else if (!settings.options.some(([k, v]) => k === key && v === value)) {
      settings.options.push([key, value]);
    }
  }
  if (address === undefined) return;
  const cidr = address.includes("/") ? address : `${address}/${prefixLength(netmask, six)}`;
  settings[six ? "cidr6" : "cidr"] = cidr;
}

/** `255.255.255.0` and `24` are both in use. */
function prefixLength(netmask: string | undefined, six: boolean): number {
  if (netmask === undefined) return six ? 128 : 32;
  if (/^\d+$/.test(netmask)) return Number(netmask);
  const bits = netmask.split(".").map((octet) => Number(octet).toString(2).padStart(8, "0"));
  return bits.join("").replace(/0*$/, "").length;
}

function splitFirst(text: string): [string, string] {
  const at = text.search(/\s/);
  return at < 0 ? [text, ""] : [text.slice(0, at), text.slice(at).trim()];
}

const stanzasOf = (file: InterfacesFile, name: string) =>
  file.blocks.filter((block) => block.kind === "iface" && block.name === name) as Stanza[];

/** Writes an interface in the place it has, or at the end before a closing `source`. */
export function writeInterface(file: InterfacesFile, settings: InterfaceSettings): void {
  const at = file.blocks.findIndex((b) => b.kind === "iface" && b.name === settings.name);
  const fresh = blocksOf(settings);
  if (at < 0) {
    const auto: Block[] = settings.autostart ? [autoBlock(settings.name)] : [];
    insertAtEnd(file, [...auto, ...fresh]);
    return;
  }
  file.blocks = file.blocks.filter(
    (block, i) => i === at || block.kind !== "iface" || block.name !== settings.name,
  );
  const started = file.blocks.some((b) => b.kind === "auto" && b.names.includes(settings.name));
  if (started && !settings.autostart) removeAuto(file, settings.name);
  const now = file.blocks.findIndex((b) => b.kind === "iface" && b.name === settings.name);
  const auto: Block[] = settings.autostart && !started ? [autoBlock(settings.name)] : [];
  file.blocks.splice(now, 1, ...auto, ...fresh);
}

/** New blocks come last, but before a closing `source`, with a blank line on either side. */
function insertAtEnd(file: InterfacesFile, blocks: Block[]): void {
  const isSource = (line: string) => /^\s*source/.test(line);
  const at = file.blocks.findIndex((b) => b.kind === "other" && b.lines.some(isSource));
  const holder = file.blocks[at];
  const end: Block[] = [];
  if (holder?.kind === "other") {
    const line = holder.lines.findIndex(isSource);
    end.push({ kind: "other", lines: ["", ...holder.lines.slice(line)] });
    holder.lines = holder.lines.slice(0, line);
  }
  const before = at < 0 ? file.blocks : file.blocks.slice(0, at + 1);
  const after = at < 0 ? [] : file.blocks.slice(at + 1);
  const last = before.filter((b) => b.kind !== "other" || b.lines.length > 0).at(-1);
  const blank: Block[] = last && !endsBlank(last) ? [{ kind: "other", lines: [""] }] : [];
  file.blocks = [...before, ...blank, ...blocks, ...end, ...after];
}

const endsBlank = (block: Block) => block.kind === "other" && block.lines.at(-1) === "";

export function removeInterface(file: InterfacesFile, name: string): void {
  removeAuto(file, name);
  for (let i = file.blocks.length - 1; i >= 0; i -= 1) {
    const block = file.blocks[i];
    if (block?.kind === "iface" && block.name === name) dropBlock(file, i);
  }
}

/** Blank lines on both sides of what goes become one. */
function dropBlock(file: InterfacesFile, at: number): void {
  file.blocks.splice(at, 1);
  const before = file.blocks[at - 1];
  const after = file.blocks[at];
  const between = before === undefined || endsBlank(before);
  if (between && after?.kind === "other" && after.lines[0] === "") after.lines.shift();
}

function removeAuto(file: InterfacesFile, name: string): void {
  for (let i = file.blocks.length - 1; i >= 0; i -= 1) {
    const block = file.blocks[i];
    if (block?.kind !== "auto" || !block.names.includes(name)) continue;
    const names = block.names.filter((other) => other !== name);
    if (names.length === 0) dropBlock(file, i);
    else file.blocks[i] = { kind: "auto", names, head: `auto ${names.join(" ")}` };
  }
}

const autoBlock = (name: string): Auto => ({ kind: "auto", names: [name], head: `auto ${name}` });

function blocksOf(settings: InterfaceSettings): Stanza[] {
  const { name, method, method6, cidr, gateway, cidr6, gateway6, comments, options } = settings;
  const comment = (comments ?? "")
    .split(/\r\n|\r|\n/)
    .filter((l, i, all) => l !== "" || i < all.length - 1);
  const four = [
    ...addressLines(cidr, gateway),
    ...options.map(([key, value]) => `\t${key} ${value}`.trimEnd()),
    ...comment.map((line) => `#${line}`),
  ];
  const stanzas = [stanza(name, "inet", method, four)];
  if (method6 !== "manual" || cidr6 !== undefined) {
    stanzas.push(stanza(name, "inet6", method6, addressLines(cidr6, gateway6)));
  }
  return stanzas;
}

const addressLines = (cidr: string | undefined, gateway: string | undefined) => [
  ...(cidr === undefined ? [] : [`\taddress ${cidr}`]),
  ...(gateway === undefined ? [] : [`\tgateway ${gateway}`]),
];

/** @throws for a value with a line break: it would begin an option or a stanza of its own */
function stanza(name: string, family: Family, method: string, lines: string[]): Stanza {
  const head = `iface ${name} ${family} ${method}`;
  const broken = [head, ...lines].find((line) => /[^\P{Cc}\t]/u.test(line));
  if (broken !== undefined)
    throw new Error(`interface '${name}': a value contains control characters`);
  return { kind: "iface", name, family, method, head, lines };
}
