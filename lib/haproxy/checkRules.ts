import { parseCidr } from "../net/cidr";
import type { Action, Condition, Listener, Rule } from "./albTypes";
import { transformProblems } from "./transforms";

/** Checks of a listener's rules, as sentences; limits are an ALB's quotas. */

const MAX_RULES = 100;
const MAX_CONDITIONS = 5;
const MAX_VALUES = 5;
const MAX_GROUPS = 5;
const MAX_BODY = 1024;

const isWithin = (value: number, least: number, most: number) =>
  Number.isInteger(value) && value >= least && value <= most;

/** What HAProxy takes as a name in an expression. */
const NAME = /^[A-Za-z0-9_-]{1,40}$/;
const PRINTABLE = /^[ -~]*$/;

/** @param groups names of all target groups */
export function ruleProblems(listener: Listener, groups: ReadonlySet<string>): string[] {
  const { rules = [], defaultAction, port } = listener;
  const problems: string[] = [];
  const subject = `listener ${port}`;
  if (rules.length > MAX_RULES) {
    problems.push(`${subject} has ${rules.length} rules; give ${MAX_RULES} at most`);
  }
  const seen = new Set<number>();
  for (const rule of rules) {
    const name = `${subject}: rule ${rule.priority}`;
    if (!isWithin(rule.priority, 1, 50_000)) {
      problems.push(`${name} has a priority out of range; give 1 to 50000`);
    } else if (seen.has(rule.priority)) {
      problems.push(`${name} is there twice; give each rule a priority of its own`);
    }
    seen.add(rule.priority);
    problems.push(...conditionsProblems(rule).map((text) => `${name} ${text}`));
    problems.push(...actionProblems(rule.action, groups).map((text) => `${name} ${text}`));
    problems.push(...transformProblems(rule).map((text) => `${name} ${text}`));
  }
  if (defaultAction) {
    const found = actionProblems(defaultAction, groups);
    problems.push(...found.map((text) => `${subject}: the default action ${text}`));
  }
  return problems;
}

function conditionsProblems({ conditions }: Rule): string[] {
  const problems: string[] = [];
  if (!isWithin(conditions.length, 1, MAX_CONDITIONS)) {
    problems.push(`has ${conditions.length} conditions; give 1 to ${MAX_CONDITIONS}`);
  }
  const values = conditions.reduce((sum, one) => sum + one.values.length, 0);
  if (values > MAX_VALUES) problems.push(`has ${values} values in its conditions; give 5 at most`);
  return [...problems, ...conditions.flatMap(conditionProblems)];
}

function conditionProblems(condition: Condition): string[] {
  const { field } = condition;
  if (condition.values.length === 0) return [`has a condition ${field} without a value; give one`];
  const each = <T>(values: readonly T[], fits: (value: T) => boolean, allowed: string) =>
    values
      .filter((value) => !fits(value))
      .map((value) => `has the ${field} ${JSON.stringify(value)}; give ${allowed}`);
  const text = (value: string) => PRINTABLE.test(value) && isWithin(value.length, 1, 128);
  switch (condition.field) {
    case "host-header":
      return each(
        condition.values,
        (one) => /^[A-Za-z0-9.*?-]{1,128}$/.test(one),
        "letters, digits, hyphens, dots, * and ?, 128 at most",
      );
    case "path-pattern":
      return each(
        condition.values,
        (one) => /^[/*?]/.test(one) && text(one) && !one.includes(" "),
        "a path that begins with / or a wildcard, without spaces, 128 characters at most",
      );
    case "http-header":
      return [
        ...each([condition.name], (one) => NAME.test(one), "a name of letters, digits, - and _"),
        ...each(condition.values, text, "1 to 128 printable characters"),
      ];
    case "http-request-method":
      return each(
        condition.values,
        (one) => /^[A-Z_-]{1,40}$/.test(one),
        "1 to 40 capital letters, - and _",
      );
    case "query-string":
      return each(
        condition.values,
        ({ key, value }) => text(value) && (key === undefined || text(key)),
        "a value, and a key where it matters, of 1 to 128 printable characters",
      );
    case "source-ip":
      return each(
        condition.values,
        (one) => parseCidr(one) !== undefined,
        "a subnet such as 10.0.0.0/8",
      );
  }
}

function actionProblems(action: Action, groups: ReadonlySet<string>): string[] {
  switch (action.type) {
    case "forward":
      return forwardProblems(action, groups);
    case "redirect":
      return redirectProblems(action);
    case "fixed-response":
      return fixedProblems(action);
  }
}

function forwardProblems(
  { targetGroups, stickinessSeconds = 1 }: Action & { type: "forward" },
  groups: ReadonlySet<string>,
): string[] {
  const problems: string[] = [];
  if (!isWithin(stickinessSeconds, 1, 604_800)) {
    problems.push(`has stickinessSeconds ${stickinessSeconds}; give 1 to 604800 seconds`);
  }
  if (!isWithin(targetGroups.length, 1, MAX_GROUPS)) {
    problems.push(`forwards to ${targetGroups.length} target groups; give 1 to ${MAX_GROUPS}`);
  }
  const seen = new Set<string>();
  for (const { name, weight = 1 } of targetGroups) {
    if (!groups.has(name)) {
      const known = [...groups].join(", ");
      problems.push(`forwards to "${name}", which is no target group; there are ${known}`);
    }
    if (seen.has(name)) problems.push(`forwards to "${name}" twice; give it one weight`);
    seen.add(name);
    if (!isWithin(weight, 0, 999)) {
      problems.push(`has the weight ${weight} for "${name}"; give 0 to 999`);
    }
  }
  const all = targetGroups.reduce((sum, { weight = 1 }) => sum + weight, 0);
  if (targetGroups.length > 0 && all === 0) {
    problems.push("has no target group with a weight above 0; give one");
  }
  return problems;
}

const PLACE = "at most 128 letters, digits and ._~:@!*+,;=()&%/?-, and #{path} or #{query}";

/** A part of a redirect's location; `#{name}` stands for the request's own. */
function placeFits(text: string, name: string, begin: RegExp): boolean {
  const given = text.replaceAll(`#{${name}}`, "");
  return begin.test(text) && text.length <= 128 && /^[A-Za-z0-9._~:@!*+,;=()&%/?-]*$/.test(given);
}

function redirectProblems(action: Action & { type: "redirect" }): string[] {
  const { statusCode, host, port, path, query, protocol } = action;
  const problems: string[] = [];
  if (![301, 302].includes(statusCode)) {
    problems.push(`redirects with the status ${statusCode}; give 301 or 302`);
  }
  if (host !== undefined && !/^[A-Za-z0-9.-]{1,128}$/.test(host)) {
    problems.push(`redirects to the host ${JSON.stringify(host)}; give a name or an address`);
  }
  if (port !== undefined && !isWithin(port, 1, 65_535)) {
    problems.push(`redirects to the port ${port}; give 1 to 65535`);
  }
  if (path !== undefined && !placeFits(path, "path", /^\//)) {
    problems.push(
      `redirects to the path ${JSON.stringify(path)}; give one that begins with /, of ${PLACE}`,
    );
  }
  if (query !== undefined && !placeFits(query, "query", /^/)) {
    problems.push(`redirects with the query ${JSON.stringify(query)}; give one of ${PLACE}`);
  }
  const changes = [protocol, host, port].some((one) => one !== undefined);
  const other = (path ?? "/#{path}") !== "/#{path}" || (query ?? "#{query}") !== "#{query}";
  if (!changes && !other) {
    problems.push(
      "redirects to where the request already is; change protocol, host, port, path or query",
    );
  }
  return problems;
}

function fixedProblems(action: Action & { type: "fixed-response" }): string[] {
  const { statusCode, contentType, body } = action;
  const problems: string[] = [];
  if (!isWithin(statusCode, 200, 299) && !isWithin(statusCode, 400, 599)) {
    problems.push(`answers with the status ${statusCode}; give 200 to 299 or 400 to 599`);
  }
  if (statusCode === 204 && (body ?? "") !== "") {
    problems.push("answers with the status 204 and a body; leave the body out");
  }
  return [...problems, ...pageProblems({ contentType, body })];
}

/** Problems of a page of the load balancer's own. */
export function pageProblems(page: { contentType?: string; body?: string }): string[] {
  const { contentType, body = "" } = page;
  const problems: string[] = [];
  if (
    contentType !== undefined &&
    !/^[a-z]+\/[a-z0-9.+-]+(; ?charset=[A-Za-z0-9-]+)?$/.test(contentType)
  ) {
    problems.push(
      `has the content type ${JSON.stringify(contentType)}; give one such as text/html`,
    );
  }
  if (body.length > MAX_BODY) {
    problems.push(`has a body of ${body.length} characters; give ${MAX_BODY} at most`);
  }
  if (!/^[\n\r -~]*$/.test(body)) {
    problems.push(
      "has a body with other characters than printable ones and line ends; leave them out",
    );
  }
  return problems;
}
