import { PveError } from "../errors";

/** Parameters as they came: several values where a key was repeated, none where it was `k` or `k=`. */
export type RawParams = Map<string, string[]>;

function decode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll("+", " "));
  } catch {
    throw new PveError(400, `invalid percent encoding in parameters, got "${text.slice(0, 40)}"`);
  }
}

/** Adds one `k=v&k=v` text; `;` separates too. */
export function addUrlencoded(params: RawParams, text: string): void {
  for (const pair of text.split(/[&;]/)) {
    if (pair === "") continue;
    const at = pair.indexOf("=");
    const key = decode(at < 0 ? pair : pair.slice(0, at));
    add(params, key, at < 0 ? "" : decode(pair.slice(at + 1)));
  }
}

/** Adds the members of a JSON object. */
export function addJson(params: RawParams, text: string): void {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    throw new PveError(400, "unable to decode the JSON body");
  }
  if (typeof body !== "object" || body === null || Array.isArray(body)) {
    throw new PveError(400, "the JSON body must be an object");
  }
  for (const [key, value] of Object.entries(body)) {
    for (const item of Array.isArray(value) ? (value as unknown[]) : [value]) {
      add(params, key, scalar(key, item));
    }
  }
}

function scalar(key: string, value: unknown): string {
  if (value === null || value === undefined) return "";
  if (typeof value === "boolean") return value ? "1" : "0";
  if (typeof value === "string" || typeof value === "number") return String(value);
  throw new PveError(400, "Parameter verification failed.", {
    [key]: "type check ('string') failed - got HASH",
  });
}

/** An empty value means "not there", yet the name stays known. */
function add(params: RawParams, key: string, value: string): void {
  if (key === "_dc") return; // cache breaker of browsers
  const values = params.get(key) ?? [];
  if (value !== "") values.push(value);
  params.set(key, values);
}

/** Parameters of the body, by its type. */
export function addBody(params: RawParams, contentType: string | undefined, body: string): void {
  if (body === "") return;
  const type = (contentType ?? "application/x-www-form-urlencoded").split(";")[0]?.trim();
  if (type === "application/x-www-form-urlencoded") addUrlencoded(params, body);
  else if (type === "application/json") addJson(params, body);
  else throw new PveError(506, `upload '${type ?? ""}' not allowed`);
}
