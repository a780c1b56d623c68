import { contains, parseCidr } from "../cidr";
import type { Section } from "./haproxy";

/** An ordinary request, of which nobody would say that it should be refused. */
export interface OrdinaryRequest {
  method: string;
  path: string;
  /** Address of the client. */
  client: string;
  secure: boolean;
  port: number;
}

/**
 * Whether a condition holds for a request. `some`: it depends on what requests carry, such as the host's name.
 * `chance`: it holds for any request now and then. `rarely`: it does not hold for this one, but may for others.
 */
export type Truth = "yes" | "no" | "some" | "chance" | "rarely" | "unknown";

/** A value that a condition looks at. */
export type Sample =
  { kind: "text"; text: string } | { kind: "absent" | "some" | "chance" | "rarely" | "unknown" };

/** What is known while a listener's rules are followed. */
export interface Facts {
  request: OrdinaryRequest;
  /** Lines of the section, for its named conditions. */
  section: Section;
  variables: Map<string, Sample>;
}

const text = (value: string | number): Sample => ({ kind: "text", text: String(value) });
const HEADERS: Readonly<Record<string, string>> = {
  "user-agent": "Mozilla/5.0",
  accept: "*/*",
};
const HEADER_TEXT = "host: app.lab\r\nuser-agent: Mozilla/5.0\r\naccept: */*\r\n\r\n";
const BUILT_IN: Readonly<Record<string, Truth>> = {
  ...{ TRUE: "yes", FALSE: "no", HTTP: "yes", "HTTP_1.0": "no", "HTTP_1.1": "yes" },
  ...{ "HTTP_2.0": "no", HTTP_CONTENT: "no", HTTP_URL_ABS: "no", HTTP_URL_SLASH: "yes" },
  ...{ HTTP_URL_STAR: "no", LOCALHOST: "no", REQ_CONTENT: "yes", WAIT_END: "yes" },
};

/** The condition behind `if` or `unless`; no words at all hold always. */
export function holds(words: readonly string[], facts: Facts): Truth {
  const [first, ...rest] = words;
  if (first === undefined) return "yes";
  if (first !== "if" && first !== "unless") return "unknown";
  const ways: Truth[] = [];
  let way: Truth[] = [];
  for (let i = 0; i < rest.length; i += 1) {
    let word = rest[i] ?? "";
    if (word === "or" || word === "||") {
      ways.push(all(way));
      way = [];
      continue;
    }
    let isTurned = false;
    while (word.startsWith("!")) {
      isTurned = !isTurned;
      word = word.slice(1) || (rest[(i += 1)] ?? "");
    }
    let is: Truth;
    if (word === "{") {
      const end = rest.indexOf("}", i);
      is = matches(rest.slice(i + 1, end < 0 ? undefined : end), facts);
      i = end < 0 ? rest.length : end;
    } else is = named(word, facts);
    way.push(isTurned ? not(is) : is);
  }
  const found = any([...ways, all(way)]);
  return first === "unless" ? not(found) : found;
}

const not = (is: Truth): Truth =>
  (({ yes: "no", no: "yes", rarely: "some" }) as Partial<Record<Truth, Truth>>)[is] ?? is;
const first = (order: readonly Truth[], found: readonly Truth[], otherwise: Truth): Truth =>
  order.find((one) => found.includes(one)) ?? otherwise;
const all = (found: readonly Truth[]) =>
  first(["no", "rarely", "unknown", "some", "chance"], found, "yes");
const any = (found: readonly Truth[]) =>
  first(["yes", "chance", "unknown", "some", "rarely"], found, "no");

function named(name: string, facts: Facts): Truth {
  const lines = facts.section.lines.filter((line) => line[0] === "acl" && line[1] === name);
  if (lines.length > 0) return any(lines.map((line) => matches(line.slice(2), facts)));
  const method = /^METH_(\w+)$/.exec(name)?.[1];
  if (method) {
    const own = method === "GET" ? ["GET", "HEAD"] : [method];
    return own.includes(facts.request.method) ? "yes" : "no";
  }
  return BUILT_IN[name] ?? "unknown";
}

/** A fetch with its flags and patterns, of which one is enough. */
function matches([fetch = "", ...words]: readonly string[], facts: Facts): Truth {
  const [, name = "", argument] = /^([\w.]+)(?:\(([^)]*)\))?/.exec(fetch) ?? [];
  const [base, suffix] = splitName(name);
  const sample = converted(sampleOf(base, argument ?? "", facts), fetch);
  let method = suffix;
  let isAnyCase = false;
  while (words[0]?.startsWith("-")) {
    const [flag] = words.splice(0, 1);
    if (flag === "--") break;
    if (flag === "-m") method = words.splice(0, 1)[0];
    else if (flag === "-i") isAnyCase = true;
    else if (flag !== "-n") return "unknown"; // patterns of a file
  }
  if (sample.kind === "absent") return "no";
  if (method === "found") return sample.kind === "some" ? "yes" : foundIn(sample);
  if (sample.kind !== "text") return sample.kind;
  return any(
    words.length === 0
      ? [truthy(sample.text)]
      : patterns(words, sample.text, { method, isAnyCase, base }),
  );
}

const foundIn = ({ kind }: Sample): Truth =>
  kind === "text" || kind === "chance" ? "yes" : (kind as Truth);
const truthy = (value: string): Truth => (value !== "0" && value !== "" ? "yes" : "no");

/** Older names say how they match: `path_beg`, `hdr_sub(host)`. */
function splitName(name: string): [string, string | undefined] {
  const [, base, suffix] =
    /^(path|url|hdr|base|cook|urlp?_param|query)_(beg|end|sub|reg|dir|dom|len|str)$/.exec(name) ??
    [];
  return base === undefined ? [name, undefined] : [base, suffix];
}

function converted(sample: Sample, fetch: string): Sample {
  const [, ...converters] = fetch.replace(/\([^)]*\)/g, "").split(",");
  let own = sample;
  for (const one of converters) {
    if (own.kind !== "text") return own;
    if (one === "length") own = text(own.text.length);
    else if (one === "lower") own = text(own.text.toLowerCase());
    else if (one === "upper") own = text(own.text.toUpperCase());
    else return { kind: "unknown" };
  }
  return own;
}

function sampleOf(name: string, argument: string, { request, variables }: Facts): Sample {
  const { method, path, client, secure, port } = request;
  switch (name) {
    case "path":
    case "pathq":
    case "url":
      return text(path);
    case "method":
      return text(method);
    case "src":
      return text(client);
    case "dst_port":
      return text(port);
    case "ssl_fc":
      return text(secure ? 1 : 0);
    case "req.ver":
      return text("1.1");
    case "fc_http_major":
      return text(1);
    case "req.hdrs":
      return text(HEADER_TEXT);
    case "req.hdr_names":
      return text("host,user-agent,accept");
    case "always_true":
      return text(1);
    case "always_false":
      return text(0);
    case "status":
      return text(200);
    case "var":
      return variables.get(argument) ?? { kind: "absent" };
    case "str":
    case "int":
    case "bool":
      return text(argument === "true" ? 1 : argument === "false" ? 0 : argument);
    case "rand":
      return { kind: "chance" };
    case "query":
    case "urlp":
    case "url_param":
    case "req.cook":
    case "cook":
      return { kind: "absent" };
    default:
  }
  if (/^(req\.)?f?hdr$|^hdr_ip$/.test(name)) return header(argument.split(",")[0] ?? "");
  if (/^(req\.)?f?hdr_cnt$/.test(name)) return text(header(argument).kind === "absent" ? 0 : 1);
  // The first request of its client, while every target is well.
  if (/^(sc\d?_|src_)\w*(err|gpc|fail)/.test(name)) return text(0);
  if (/^(sc\d?_|src_|be_|fe_|srv_|nbsrv|avg_queue|queue)/.test(name)) return text(1);
  return /^(res|ssl|req|capture|payload|distcc|fc|bc|dst)/.test(name)
    ? { kind: "some" }
    : { kind: "unknown" };
}

function header(name: string): Sample {
  const own = name.toLowerCase();
  // Which names a load balancer is known by is its own.
  if (own === "host") return { kind: "some" };
  const value = HEADERS[own];
  return value === undefined ? { kind: "absent" } : text(value);
}

interface Matching {
  method: string | undefined;
  isAnyCase: boolean;
  base: string;
}

function patterns(
  words: readonly string[],
  value: string,
  { method, isAnyCase, base }: Matching,
): Truth[] {
  if (base === "src") return words.map((word) => inside(word, value));
  const number = Number(value);
  if (/^(eq|ge|gt|le|lt)$/.test(words[0] ?? "")) {
    return words.slice(1).map((word) => (compares(words[0] ?? "", number, word) ? "yes" : "no"));
  }
  const fold = (one: string) => (isAnyCase ? one.toLowerCase() : one);
  const own = fold(value);
  return words.map((word) => {
    const other = fold(word);
    switch (method) {
      case "beg":
        return own.startsWith(other) ? "yes" : "no";
      case "end":
        return own.endsWith(other) ? "yes" : "no";
      case "sub":
      case "dom":
        return own.includes(other) ? "yes" : "no";
      case "dir":
        return own.split("/").includes(other.replaceAll("/", "")) ? "yes" : "no";
      case "reg":
        return matchesExpression(word, value, isAnyCase);
      case "len":
        return compares("eq", value.length, word) ? "yes" : "no";
      case "int":
        return compares("eq", number, word) ? "yes" : "no";
      case undefined:
      case "str":
      case "bool":
        return own === other || (/^\d+:\d*$/.test(word) && compares("eq", number, word))
          ? "yes"
          : "no";
      default:
        return "unknown";
    }
  });
}

function inside(subnet: string, client: string): Truth {
  const cidr = parseCidr(subnet);
  if (!cidr) return subnet.includes(":") ? "no" : "unknown";
  return contains(cidr, client) ? "yes" : "no";
}

/** Numbers may be ranges: `1:5`. */
function compares(operator: string, value: number, word: string): boolean {
  const [low = "", high] = word.split(":");
  if (high !== undefined) {
    return value >= Number(low || -Infinity) && value <= Number(high || Infinity);
  }
  const other = Number(word);
  switch (operator) {
    case "ge":
      return value >= other;
    case "gt":
      return value > other;
    case "le":
      return value <= other;
    case "lt":
      return value < other;
    default:
      return value === other;
  }
}

function matchesExpression(pattern: string, value: string, isAnyCase: boolean): Truth {
  try {
    return new RegExp(pattern, isAnyCase ? "i" : "").test(value) ? "yes" : "no";
  } catch {
    return "unknown";
  }
}

/** What a variable is set to. */
export function valueOf(fetch: string, facts: Facts): Sample {
  const [, name = "", argument = ""] = /^([\w.]+)(?:\(([^)]*)\))?/.exec(fetch) ?? [];
  const found = converted(sampleOf(name, argument, facts), fetch);
  return found.kind === "unknown" ? { kind: "some" } : found;
}
