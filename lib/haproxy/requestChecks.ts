import type { Attributes } from "./albTypes";
import { AMBIGUOUS, type RequestKind, SEVERE } from "./requestKinds";

/**
 * What an ALB refuses before any rule is read: headers over its limits, methods that it does not serve, and
 * requests that its desync mitigation calls Severe.
 */

/** Class and reason of a request that is not as RFC 9112 wants it, with a colon between them; for the log. */
export const KIND = "txn.kind";

/** Longest request line and longest header line, in bytes. ALB quotas: 16 K each, 64 K in all. */
const LONGEST_LINE = 16_384;
const LONGEST_HEADERS = 65_536;

const LIMITS: readonly string[] = [
  "# An ALB's limits: 16 kB a line, 64 kB in all.",
  `http-request return status 414 if { url,length gt ${LONGEST_LINE} }`,
  `http-request deny deny_status 400 if { req.hdrs,length gt ${LONGEST_LINE} } { req.hdrs -m reg '[^\\n]{${LONGEST_LINE + 2},}' }`,
  `http-request deny deny_status 400 if { req.hdrs,length gt ${LONGEST_HEADERS} }`,
];

const NOT_SERVED: readonly string[] = [
  "# TRACE shows what is added to a request, CONNECT and an upgrade to HTTP/2 are tunnels past all rules.",
  "http-request deny deny_status 405 if { method TRACE CONNECT }",
  "http-request del-header HTTP2-Settings",
  "http-request del-header Upgrade if { req.hdr(upgrade) -m sub -i h2c }",
];

const isKnown = `{ var(${KIND}) -m found }`;
const refusal = `http-request deny deny_status 400 if ${isKnown}`;

/** Lines of a listener, before every other rule. */
export function requestChecks({ desyncMode = "defensive", accessLog }: Attributes): string[] {
  const logged = accessLog === "alb";
  const severe = logged || desyncMode !== "monitor" ? SEVERE : [];
  const ambiguous = logged || desyncMode === "strictest" ? AMBIGUOUS : [];
  return [
    ...LIMITS,
    ...NOT_SERVED,
    ...(severe.length === 0
      ? []
      : [
          "# Requests that two servers may read differently; HAProxy's parser refuses more of them.",
        ]),
    ...severe.flatMap((kind) => kindLines(kind, "")),
    ...(desyncMode === "monitor" ? [] : [refusal]),
    ...ambiguous.flatMap((kind) => kindLines(kind, `!${isKnown} `)),
    ...(desyncMode === "strictest" ? [refusal] : []),
  ];
}

/** @param unless a condition that each of the kind's own is bound to, with a space after it, or none */
function kindLines({ tier, reason, when }: RequestKind, unless: string): string[] {
  return when.map(
    (condition) => `http-request set-var(${KIND}) str(${tier}:${reason}) if ${unless}${condition}`,
  );
}
