import { PlainError, PveError } from "../errors";

/** Parameters as they came: several values where a key was repeated; `k` and `k=` give an empty text. */
export type RawParams = Map<string, string[]>;

/** Percent escapes as UTF-8; a broken escape stays as it is, bytes that are no UTF-8 become U+FFFD. */
export function decodeLeniently(text: string): string {
  if (!text.includes("%")) return text;
  const bytes = text.replace(/%([0-9a-f]{2})|[^\0-\x7f]+/gi, (all, hex?: string) =>
    hex ? String.fromCharCode(parseInt(hex, 16)) : Buffer.from(all, "utf8").toString("latin1"),
  );
  return Buffer.from(bytes, "latin1").toString("utf8");
}

const decode = (text: string) => decodeLeniently(text.replaceAll("+", " "));

/** Adds one `k=v&k=v` text; `;` separates too. */
export function addUrlencoded(params: RawParams, text: string): void {
  for (const pair of text.split(/[&;]/)) {
    if (pair === "") continue;
    const at = pair.indexOf("=");
    const key = decode(at < 0 ? pair : pair.slice(0, at));
    add(params, key, at < 0 ? "" : decode(pair.slice(at + 1)));
  }
}

/** Adds the members of a JSON object. @throws PveError 500 for a text that is none, as the JSON parser there */
export function addJson(params: RawParams, text: string): void {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch (error) {
    const message = jsonError(text, (error as Error).message);
    throw new PlainError(500, message, `${message}\n`);
  }
  if (typeof body !== "object" || body === null || Array.isArray(body)) {
    throw new PveError(400, "the JSON body must be an object");
  }
  for (const [key, value] of Object.entries(body)) {
    for (const item of Array.isArray(value) ? (value as unknown[]) : [value]) {
      if (item !== null) add(params, key, scalar(key, item));
    }
  }
}

/** What Proxmox's JSON parser says, from the place where ours gave up. */
function jsonError(text: string, said: string): string {
  const at = Number(/position (\d+)/.exec(said)?.[1] ?? text.length);
  const rest = text.slice(at);
  if (rest === "") return "unexpected end of string while parsing JSON string";
  const where = `at character offset ${at} (before "${rest.slice(0, 40)}")`;
  const before = text.slice(0, at).trimEnd().at(-1);
  if (before === "{" || (before === "," && /property name/.test(said)))
    return `'"' expected, ${where}`;
  return `malformed JSON string, neither tag, array, object, number, string or atom, ${where}`;
}

function scalar(key: string, value: unknown): string {
  if (typeof value === "boolean") return value ? "1" : "0";
  if (typeof value === "string" || typeof value === "number") return String(value);
  throw new PveError(400, "Parameter verification failed.", {
    [key]: "type check ('string') failed - got HASH",
  });
}

function add(params: RawParams, key: string, value: string): void {
  if (key === "_dc") return; // cache breaker of browsers
  params.set(key, [...(params.get(key) ?? []), value]);
}

/** Parameters of the body, by its type. */
export function addBody(params: RawParams, contentType: string | undefined, body: string): void {
  if (body === "") return;
  const type = (contentType ?? "application/x-www-form-urlencoded").split(";")[0]?.trim();
  if (type === "application/x-www-form-urlencoded") addUrlencoded(params, body);
  else if (type === "application/json") addJson(params, body);
  // The quotes are unbalanced there, too.
  else throw new PlainError(506, `upload 'Content-Type '${contentType}' not implemented`);
}
