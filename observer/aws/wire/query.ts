/** What a caller gives, as names and what belongs to them. */
export type Input = { readonly [member: string]: unknown };

/** More than any call of these APIs needs. */
const DEEPEST = 12;

/** Members that a list of the query protocol puts between its name and its numbers: `Names.member.1`. */
const LIST_WORDS = new Set(["member", "Filter", "Value", "item"]);

type Tree = { [name: string]: Tree | string };

/**
 * Reads the body of a call of AWS's query protocol, or of EC2's variant of it: `Filter.1.Value.2=x` is the second
 * value of the first filter. Numbers become the places of a list.
 */
export function readQuery(body: string): { action: string; version: string; input: Input } {
  const tree: Tree = Object.create(null) as Tree;
  let action = "";
  let version = "";
  for (const [name, value] of new URLSearchParams(body)) {
    if (name === "Action") action = value;
    else if (name === "Version") version = value;
    else put(tree, name.split("."), value);
  }
  const members = Object.entries(tree).map(([name, node]) => [name, settled(node)] as const);
  return { action, version, input: Object.fromEntries(members) };
}

function put(tree: Tree, path: string[], value: string): void {
  const [name = "", ...rest] = path.slice(0, DEEPEST);
  if (rest.length === 0) {
    tree[name] = value;
    return;
  }
  const under = tree[name];
  const next = typeof under === "object" ? under : (Object.create(null) as Tree);
  tree[name] = next;
  put(next, rest, value);
}

function settled(node: Tree | string): unknown {
  if (typeof node === "string") return node;
  const names = Object.keys(node);
  if (names.length > 0 && names.every((name) => /^\d+$/.test(name))) {
    return names.sort((a, b) => Number(a) - Number(b)).map((name) => settled(node[name]!));
  }
  const only = names.length === 1 && LIST_WORDS.has(names[0]!) ? settled(node[names[0]!]!) : [];
  if (Array.isArray(only) && only.length > 0) return only;
  return Object.fromEntries(names.map((name) => [name, settled(node[name]!)]));
}
