import { linesOf, type Section } from "./haproxy";
import { holds, valueOf, type Facts, type OrdinaryRequest, type Truth } from "./haproxyConditions";

/** What becomes of an ordinary request that is not handed on as it came. */
export interface Interception {
  /** The line as it is written. */
  line: string;
  /** What it does to the request, as the end of a sentence. */
  what: string;
  /** Whether it is certain; a condition that is not known may hold. */
  isCertain: boolean;
}

const REFUSES = /^(deny|reject|tarpit|silent-drop)$/;
const PATHS = /^(set-path|set-pathq|set-uri|set-method)$/;

/** The first line of a section that keeps an ordinary request, or its answer, from going its way. */
export function interception(section: Section, request: OrdinaryRequest): Interception | undefined {
  const facts: Facts = { request, section, variables: new Map() };
  for (const word of ["tcp-request", "http-request"]) {
    const found = ruleOf(linesOf(section, word), facts);
    if (found) return found;
  }
  const [monitored] = linesOf(section, "monitor-uri").filter((line) => line[1] === request.path);
  if (monitored) return { line: monitored.join(" "), what: "answers it itself", isCertain: true };
  for (const line of linesOf(section, "redirect")) {
    const found = redirected(line.slice(1), line, facts);
    if (found) return found;
  }
  for (const word of ["tcp-response", "http-response", "http-after-response"]) {
    const found = answered(linesOf(section, word), facts);
    if (found) return found;
  }
  return undefined;
}

function ruleOf(lines: string[][], facts: Facts): Interception | undefined {
  for (const line of lines) {
    const [word, ...given] = line;
    const rest = word === "tcp-request" ? given.slice(1) : given;
    const [action = "", ...words] = rest;
    const [, setter, name] = /^(set-var(?:-fmt)?|unset-var)\(([^),]+)/.exec(action) ?? [];
    if (setter !== undefined && name !== undefined) {
      assign(setter, name, words, facts);
      continue;
    }
    if (action === "accept" || action === "allow") {
      if (holds(conditionOf(words), facts) === "yes") return undefined;
      continue;
    }
    if (action === "redirect") {
      const found = redirected(words, line, facts);
      if (found) return found;
      continue;
    }
    const what = deed(action, words);
    const found =
      what && isMaintenance(words) ? undefined : what && intercepts(what, words, line, facts);
    if (found) return found;
  }
  return undefined;
}

function deed(action: string, words: readonly string[]): string | undefined {
  if (REFUSES.test(action)) return "refuses it";
  if (action === "return" || action === "use-service") return "answers it itself";
  // The same for all; what is made of the request itself says so with a `%`.
  if (PATHS.test(action) && !words[0]?.includes("%["))
    return "asks for something else in its place";
  return undefined;
}

/** A page for everybody while somebody works on the service: with a text, and a status that says so. */
const isMaintenance = (words: readonly string[]) =>
  /^status 503 content-type \S+ string .+ if TRUE$/.test(words.join(" "));

function intercepts(
  what: string,
  words: readonly string[],
  line: string[],
  facts: Facts,
): Interception | undefined {
  const truth = holds(conditionOf(words), facts);
  if (!isReal(truth)) return undefined;
  return { line: line.join(" "), what, isCertain: truth !== "unknown" };
}

const isReal = (truth: Truth) => truth === "yes" || truth === "chance" || truth === "unknown";

/** From the first `if` or `unless` on. */
function conditionOf(words: readonly string[]): string[] {
  const at = words.findIndex((word) => word === "if" || word === "unless");
  return at < 0 ? [] : words.slice(at);
}

function assign(setter: string, name: string, words: readonly string[], facts: Facts): void {
  const { variables } = facts;
  const truth = holds(conditionOf(words), facts);
  const before = variables.get(name);
  if (setter === "unset-var") return;
  if (truth === "yes") {
    const own = setter === "set-var" ? valueOf(words[0] ?? "", facts) : ({ kind: "some" } as const);
    variables.set(name, own);
  } else if (before === undefined || before.kind === "absent") {
    variables.set(name, { kind: truth === "no" || truth === "rarely" ? "rarely" : truth });
  }
}

/** A client that is sent to the same name over TLS, or within it to another page, is served. */
function redirected(
  words: readonly string[],
  line: string[],
  facts: Facts,
): Interception | undefined {
  const { secure, path } = facts.request;
  const condition = conditionOf(words);
  const [kind = "", to = ""] = words.filter((word) => !/^(code|30\d)$/.test(word));
  const isUpward =
    !secure &&
    (kind === "scheme" ? to === "https" : /^https:\/\/%\[(req\.)?f?hdr\(host\)/i.test(to));
  if (isUpward) return undefined;
  const isOwn = kind === "location" && /^\/(?![/\\])/.test(to) && condition.length > 0;
  if (isOwn && to !== path && path === "/") return undefined;
  const what = /^(\/(?![/\\])|%)/.test(to) ? "sends it round" : "sends it elsewhere";
  return intercepts(what, words, line, facts);
}

function answered(lines: string[][], facts: Facts): Interception | undefined {
  for (const line of lines) {
    const [, action = "", ...words] = line;
    const [, name] = /^set-var(?:-fmt)?\(([^),]+)/.exec(action) ?? [];
    if (name !== undefined) facts.variables.set(name, { kind: "some" });
    const refuses = /^(deny|reject|silent-drop|return|redirect|set-status|close)$/.test(action);
    const found = refuses && intercepts("takes its answer away", words, line, facts);
    if (found) return found;
  }
  return undefined;
}

/** True when a request that changes something is sent to one target only, whatever that does with it. */
export function isSentOnce(sections: readonly Section[], request: OrdinaryRequest): boolean {
  return sections.some((section) => {
    const facts: Facts = { request, section, variables: new Map() };
    return linesOf(section, "http-request", "disable-l7-retry").some(
      (line) => holds(conditionOf(line), facts) === "yes",
    );
  });
}
