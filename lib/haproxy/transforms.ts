import type { Rule, Transform } from "./albTypes";
import { inFormat, quoted } from "./words";

/** Rewrites of a rule ("Transforms for listener rules" of an ALB): their checks and what HAProxy is told. */

const MAX_REGEX = 256;
const MAX_REPLACE = 128;

/** Parts of a regular expression that HAProxy's PCRE2 and JavaScript read alike. */
const ESCAPE = String.raw`\\(?:[dws]|[!-/:-@[-\x60{-~])`;
const IN_CLASS = String.raw`(?:${ESCAPE}|[^\\[\]^-])`;
const CLASS = String.raw`\[\^?${IN_CLASS}(?:-?${IN_CLASS})*\]`;
const ATOM = new RegExp(String.raw`(?:${ESCAPE}|${CLASS}|[^\\[\]{}])`, "y");

function regexFits(regex: string): boolean {
  if (!/^[!-~]+$/.test(regex) || regex.length > MAX_REGEX || regex.includes("(?")) return false;
  ATOM.lastIndex = 0;
  while (ATOM.lastIndex < regex.length) if (!ATOM.test(regex)) return false;
  try {
    new RegExp(regex);
    return true;
  } catch {
    return false;
  }
}

const groupsOf = (regex: string) => new RegExp(`${regex}|`).exec("")!.length - 1;

const PLACES = {
  "url-rewrite": { fits: /^[A-Za-z0-9._~:@!*+,;=()&%/?$-]*$/, allowed: "._~:@!*+,;=()&%/?-" },
  "host-header-rewrite": { fits: /^[A-Za-z0-9.$-]*$/, allowed: ". and -" },
} as const;

/** Problems of a rule's transforms, as the rest of sentences that begin with the rule. */
export function transformProblems({ transforms = [], action }: Rule): string[] {
  const problems = transforms.flatMap(oneProblem);
  if (transforms.length > 0 && action.type !== "forward") {
    problems.push("has transforms and does not forward; give it the action forward");
  }
  if (new Set(transforms.map(({ type }) => type)).size < transforms.length) {
    problems.push("has two transforms of one type; give one");
  }
  return problems;
}

function oneProblem({ type, regex, replace }: Transform): string[] {
  if (!Object.hasOwn(PLACES, type)) {
    const types = Object.keys(PLACES).join(", ");
    return [`has the transform ${JSON.stringify(type)}; choose ${types}`];
  }
  if (!regexFits(regex)) {
    return [
      `has the regex ${JSON.stringify(regex)}; give a regular expression of 1 to ${MAX_REGEX} characters without ` +
        "spaces, { and (?, and with \\ before d, w, s and punctuation only",
    ];
  }
  const { fits, allowed } = PLACES[type];
  const references = [...replace.matchAll(/\$(.?)/g)].map(([, digit]) => Number(digit || NaN));
  if (!fits.test(replace) || replace === "" || replace.length > MAX_REPLACE) {
    return [
      `replaces by ${JSON.stringify(replace)}; give 1 to ${MAX_REPLACE} letters, digits, ${allowed}, and $1 to $9`,
    ];
  }
  if (references.every((one) => one >= 1 && one <= groupsOf(regex))) return [];
  return [
    `replaces by ${JSON.stringify(replace)}; its regex has ${groupsOf(regex)} groups, name no others`,
  ];
}

/** @param when condition of the lines */
export function transformLines({ transforms = [] }: Rule, when: string): string[] {
  const lines = transforms.map(({ type, regex, replace }) => {
    const what = type === "url-rewrite" ? "replace-pathq" : "replace-header Host";
    const text = inFormat(replace).replace(/\$(\d)/g, "\\$1");
    return `http-request ${what} ${quoted(regex)} ${quoted(text)} ${when}`;
  });
  if (!transforms.some(({ type }) => type === "url-rewrite")) return lines;
  return [...lines, `http-request deny deny_status 500 ${when} !{ path -m beg / }`];
}
