import type { Action, Condition, Listener, Rule } from "./albTypes";
import { BACKEND, failOpenOf } from "./backends";
import { transformLines } from "./transforms";
import { inFormat, quoted, wildcard, wildcardPart } from "./words";

/** Priority of the rule that decided, for the log; 0 where none did. */
export const RULE = "txn.rule";
/** The target group that was chosen; without it the default one. */
const GROUP = "txn.group";
/** Seconds that a client stays with its target group; not there: it does not. */
const STICKY = "txn.sticky";
/** The cookie that says so; as an ALB's. */
const GROUP_COOKIE = "AWSALBTG";

/**
 * Lines of a listener that decide what becomes of a request, in the order of the rules' priority.
 *
 * @param forwarded lines for requests that no redirect and no fixed response answered
 */
export function ruleLines(
  listener: Listener,
  failsOpen: (group: string) => boolean,
  forwarded: readonly string[] = [],
): string[] {
  const rules = [...(listener.rules ?? [])].sort((a, b) => a.priority - b.priority);
  const last = defaultActionOf(listener);
  const byDefault = last.type === "forward" ? last.targetGroups[0]!.name : undefined;
  const groups = groupsBehind(listener);
  return [
    ...rules.flatMap(conditionLines),
    ...rules.flatMap((rule) => {
      const when = `if { var(${RULE}) -m int ${rule.priority} }`;
      return [...transformLines(rule, when), ...actionLines(rule.action, when)];
    }),
    ...(isPlainForward(last)
      ? []
      : actionLines(last, rules.length > 0 ? `unless { var(${RULE}) -m found }` : "")),
    ...(rules.length > 0 || last.type === "forward" ? forwarded : []),
    ...(actionsOf(listener).some(isSticky) ? [groupCookie(listener)] : []),
    ...groups
      .filter((name) => name !== byDefault)
      .flatMap((name) => {
        const chosen = `{ var(${GROUP}) -m str ${name} }`;
        return [
          ...(failsOpen(name)
            ? [`use_backend ${failOpenOf(name)} if { nbsrv(${name}) eq 0 } ${chosen}`]
            : []),
          `use_backend ${name} if ${chosen}`,
        ];
      }),
    ...(byDefault === undefined
      ? []
      : [
          ...(failsOpen(byDefault)
            ? [`use_backend ${failOpenOf(byDefault)} if { nbsrv(${byDefault}) eq 0 }`]
            : []),
          `default_backend ${byDefault}`,
        ]),
  ];
}

/** What becomes of requests that no rule is for. */
export const defaultActionOf = ({ defaultAction }: Listener): Action =>
  defaultAction ?? { type: "forward", targetGroups: [{ name: BACKEND }] };

/** By the rules' priority; the default action is the last. */
function actionsOf(listener: Listener): Action[] {
  const rules = [...(listener.rules ?? [])].sort((a, b) => a.priority - b.priority);
  return [...rules.map(({ action }) => action), defaultActionOf(listener)];
}

/** Names of the target groups that a listener's rules and default action forward to, each once. */
export function groupsBehind(listener: Listener): string[] {
  const names = actionsOf(listener).flatMap((action) =>
    action.type === "forward" ? action.targetGroups.map(({ name }) => name) : [],
  );
  return [...new Set(names)];
}

const isSticky = (action: Action) =>
  action.type === "forward" && action.stickinessSeconds !== undefined;

/** To one group: HAProxy's default_backend says it. */
const isPlainForward = (action: Action) =>
  action.type === "forward" && action.targetGroups.length === 1;

/** Conditions have numbers in a rule; lines of one name are alternatives. */
function conditionLines({ priority, conditions }: Rule): string[] {
  const names = conditions.map((_, i) => `rule${priority}-${i + 1}`);
  return [
    ...conditions.flatMap((one, i) => matches(one).map((match) => `acl ${names[i]} ${match}`)),
    `http-request set-var(${RULE}) int(${priority}) if !{ var(${RULE}) -m found } ${names.join(" ")}`,
  ];
}

function matches(condition: Condition): string[] {
  switch (condition.field) {
    case "host-header":
      return condition.values.map((one) => `req.hdr(host),host_only -m reg -i ${wildcard(one)}`);
    case "path-pattern":
      return condition.values.map((one) => `path -m reg ${wildcard(one)}`);
    case "http-header":
      return condition.values.map(
        (one) => `req.fhdr(${condition.name}) -m reg -i ${wildcard(one)}`,
      );
    case "http-request-method":
      return condition.values.map((one) => `method -m str ${one}`);
    case "query-string":
      return condition.values.map(({ key, value }) => {
        const name = key === undefined ? "(?:[^&=]*=)?" : `${wildcardPart(key)}=`;
        return `query -m reg -i '(?:^|&)${name}${wildcardPart(value).replaceAll(".", "[^&]")}(?:&|$)'`;
      });
    case "source-ip":
      return condition.values.map((one) => `src ${one}`);
  }
}

/** @param when condition of the lines, empty: always */
function actionLines(action: Action, when: string): string[] {
  switch (action.type) {
    case "forward":
      return forwardLines(action, when);
    case "redirect":
      return redirectLines(action, when);
    case "fixed-response":
      return [fixedResponse(action.statusCode, action, when)];
  }
}

/** One answer of the load balancer's own. */
export function fixedResponse(
  status: number,
  { contentType = "text/plain", body = "" }: { contentType?: string; body?: string },
  when: string,
): string {
  const text = body === "" ? "" : ` content-type ${quoted(contentType)} string ${quoted(body)}`;
  return `http-request return status ${status}${text} ${when}`.trimEnd();
}

function forwardLines(action: Action & { type: "forward" }, when: string): string[] {
  const groups = action.targetGroups;
  const set = (name: string, condition: string) =>
    `http-request set-var(${GROUP}) str(${name}) ${condition}`.trimEnd();
  if (groups.length === 1) return [set(groups[0]!.name, when)];
  const total = groups.reduce((sum, { weight = 1 }) => sum + weight, 0);
  const and = when === "" ? "if" : when;
  let below = 0;
  const seconds = action.stickinessSeconds;
  const known = groups.filter(({ weight = 1 }) => weight > 0).map(({ name }) => name);
  return [
    ...(seconds === undefined
      ? []
      : [
          `http-request set-var(${STICKY}) int(${seconds}) ${when}`.trimEnd(),
          `http-request set-var(${GROUP}) req.cook(${GROUP_COOKIE}) ${and} { req.cook(${GROUP_COOKIE}) -m str ${known.join(" ")} }`,
        ]),
    `http-request set-var(txn.turn) rand(${total}) ${when}`.trimEnd(),
    ...groups.flatMap(({ name, weight = 1 }) => {
      const from = below;
      below += weight;
      if (weight === 0) return [];
      return [
        set(
          name,
          `${and}${seconds === undefined ? "" : ` !{ var(${GROUP}) -m found }`} { var(txn.turn) -m int ge ${from} } { var(txn.turn) -m int lt ${below} }`,
        ),
      ];
    }),
  ].map(unlessToIf);
}

/** The answer tells the client which group it stays with. */
function groupCookie({ protocol }: Listener): string {
  const flags = `Path=/; HttpOnly${protocol === "HTTPS" ? "; Secure" : ""}`;
  return (
    `http-response add-header Set-Cookie "${GROUP_COOKIE}=%[var(${GROUP})]; Max-Age=%[var(${STICKY})]; ${flags}" ` +
    `if { var(${STICKY}) -m found }`
  );
}

/** `unless A B` is not both; here both must hold, so the first is turned round. */
const unlessToIf = (line: string) =>
  line.replace(` unless { var(${RULE}) -m found }`, ` if !{ var(${RULE}) -m found }`);

function redirectLines(action: Action & { type: "redirect" }, when: string): string[] {
  const { protocol, host, port, path = "/#{path}", query = "#{query}" } = action;
  const scheme = protocol?.toLowerCase() ?? "%[ssl_fc,iif(https,http)]";
  const known = protocol === undefined ? undefined : protocol === "HTTPS" ? 443 : 80;
  const at = port ?? known ?? "%[dst_port]";
  const fill = (text: string, name: string, value: string) =>
    text.split(`#{${name}}`).map(inFormat).join(value);
  const name = host === undefined ? "%[req.hdr(host),host_only]" : inFormat(host);
  const place = `${scheme}://${name}:${at}${fill(path, "path", "%[path,bytes(1)]")}`;
  const line = (location: string, condition: string) =>
    `http-request redirect code ${action.statusCode} location "${location}" ${condition}`.trimEnd();
  if (query === "") return [line(place, when)];
  const also = when === "" ? "if" : unlessToIf(` ${when}`).trim();
  const withQuery = line(
    `${place}?${fill(query, "query", "%[query]")}`,
    `${also} { query -m found }`,
  );
  return query.includes("#{query}") && query === "#{query}"
    ? [withQuery, line(place, when)]
    : [line(`${place}?${fill(query, "query", "%[query]")}`, when)];
}
