import { isMap, isScalar, LineCounter, parseDocument, type Node } from "yaml";
import type { StackValues } from "./config";

/**
 * Reads a stack's configuration file, `Pulumi.<stack>.yaml`, which may as well be JSON.
 *
 * A plain value is the text as it is written, so `010` stays `010` and is judged where its key is
 * known. Lists and objects hold YAML 1.2's types, and `{ secure: … }` is a value that Pulumi encrypted.
 *
 * @throws when the text is not YAML or of another form, with the file and the line.
 */
export function parseStackYaml(file: string, text: string): StackValues {
  const lines = new LineCounter();
  const document = parseDocument<Node>(text, { lineCounter: lines, prettyErrors: false });
  const [problem] = [...document.errors, ...document.warnings];
  if (problem) fail(file, lines.linePos(problem.pos[0]).line, lowerFirst(problem.message));
  const lineOf = (node: unknown) =>
    lines.linePos((node as { range?: [number] } | null)?.range?.[0] ?? 0).line;
  const root = document.contents;
  if (root === null || (isScalar(root) && root.value === null)) return {};
  if (!isMap(root)) fail(file, lineOf(root), "it is no list of keys");
  const config = root.get("config", true);
  if (config === undefined || (isScalar(config) && config.value === null)) return {};
  if (!isMap(config)) fail(file, lineOf(config), '"config" is no list of keys');
  return Object.fromEntries(
    config.items.map(({ key, value }) => {
      const name = isScalar(key) ? (key.source ?? "") : "";
      if (!/^[^:\s]+:[^:\s]+$/.test(name))
        fail(file, lineOf(key), `a key is no "project:name", got ${JSON.stringify(String(key))}`);
      return [name, valueOf(value, document)];
    }),
  );
}

function valueOf(value: unknown, document: ReturnType<typeof parseDocument>): unknown {
  if (isScalar(value)) return value.source ?? "";
  const node = value as Node | null;
  return node ? node.toJS(document) : "";
}

const lowerFirst = (text: string) => text.charAt(0).toLowerCase() + text.slice(1);

function fail(file: string, line: number, what: string): never {
  throw new Error(
    `${file}: line ${line} is not understood: ${what.replace(/\.$/, "")}; ` +
      'write "  homelab:key: value" or "  homelab:key: [a, b]" under "config:"',
  );
}
