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
}

const implied: Storage = {
  id: "local",
  type: "dir",
  path: "/var/lib/vz",
  content: ["backup", "images", "iso", "rootdir", "snippets", "vztmpl"],
  enabled: true,
};

/** Storages by id. Proxmox assumes `local` when the file does not name it. */
export function parseStorageConfig(text: string): Map<string, Storage> {
  const storages = new Map<string, Storage>();
  let current: Storage | undefined;
  for (const line of text.split("\n")) {
    const head = /^([a-z]+):\s+([a-z][a-z0-9\-_.]*[a-z0-9])\s*$/i.exec(line);
    const property = /^\s+([a-z-]+)(?:\s+(.*?))?\s*$/i.exec(line);
    if (head) {
      current = { id: head[2]!, type: head[1]!, content: [], enabled: true };
      storages.set(current.id, current);
    } else if (property && current) {
      const value = property[2] ?? "";
      if (property[1] === "path") current.path = value;
      if (property[1] === "content") current.content = value.split(/[\s,]+/).filter(Boolean);
      if (property[1] === "disable") current.enabled = value === "0";
      if (property[1] === "nodes") current.nodes = value.split(/[\s,]+/).filter(Boolean);
    }
  }
  const local = storages.get("local");
  if (!local) storages.set("local", { ...implied, content: [...implied.content] });
  else local.path ??= implied.path;
  return storages;
}
