/** `/etc/pve/storage.cfg`: one block per storage, `dir: local` and indented `key value` lines. */

export interface Storage {
  id: string;
  type: string;
  /** Directory of a storage of type `dir`. */
  path?: string;
  content: string[];
  enabled: boolean;
  /** Nodes that have it; undefined when all do. */
  nodes?: string[];
  /** Every property as the file has it, in its order. */
  properties: Map<string, string>;
}

const words = (value: string | undefined) => (value ?? "").split(/[\s,]+/).filter(Boolean);

/** What a directory holds when its block does not say. */
const DEFAULT_CONTENT = ["images", "rootdir"];
/** What the storage `local` holds that no block names. */
const LOCAL_CONTENT = "backup,images,iso,rootdir,snippets,vztmpl";

/** A storage by its properties. */
export function storageOf(type: string, id: string, properties: Map<string, string>): Storage {
  const content = properties.get("content");
  const nodes = properties.get("nodes");
  return {
    id,
    type,
    path: properties.get("path") ?? (id === "local" ? "/var/lib/vz" : undefined),
    content:
      content === undefined ? [...DEFAULT_CONTENT] : words(content).filter((c) => c !== "none"),
    // The key alone disables it, too.
    enabled: !properties.has("disable") || properties.get("disable") === "0",
    ...(nodes !== undefined && { nodes: words(nodes) }),
    properties,
  };
}

/** Storages by id. Proxmox assumes `local` when the file does not name it. */
export function parseStorageConfig(text: string): Map<string, Storage> {
  const blocks = new Map<string, { type: string; properties: Map<string, string> }>();
  let current: Map<string, string> | undefined;
  for (const line of text.split("\n")) {
    const head = /^([a-z]+):\s+([a-z][a-z0-9\-_.]*[a-z0-9])\s*$/i.exec(line);
    const property = /^\s+([a-z_-]+)(?:\s+(.*?))?\s*$/i.exec(line);
    if (head) {
      current = new Map();
      blocks.set(head[2]!, { type: head[1]!, properties: current });
    } else if (property && current) current.set(property[1]!, property[2] ?? "");
    else if (line.trim() === "") current = undefined;
  }
  if (!blocks.has("local")) {
    const properties = new Map([
      ["path", "/var/lib/vz"],
      ["content", LOCAL_CONTENT],
    ]);
    blocks.set("local", { type: "dir", properties });
  }
  return new Map(
    [...blocks].map(([id, block]) => [id, storageOf(block.type, id, block.properties)]),
  );
}

/** The file's text. @throws for a value with a line break, which would begin a property of its own */
export function formatStorageConfig(storages: Iterable<Storage>): string {
  const rank = (key: string) => ["path", "content"].indexOf(key) + 1 || 3;
  return [...storages]
    .map(({ type, id, properties }) => {
      const lines = [...properties]
        .sort(([a], [b]) => rank(a) - rank(b) || (a < b ? -1 : 1))
        .map(([key, value]) => `\t${key} ${value}`.trimEnd());
      const broken = lines.find((line) => /[^\P{Cc}\t]/u.test(line));
      if (broken !== undefined)
        throw new Error(`storage '${id}': a value contains control characters`);
      return `${[`${type}: ${id}`, ...lines].join("\n")}\n\n`;
    })
    .join("");
}
