/**
 * Kinds of requests that two servers may read differently. Tiers and reasons have the names of an ALB's access
 * log ("Classification reasons" in "Access logs for your Application Load Balancer").
 */
export interface RequestKind {
  tier: "Severe" | "Ambiguous" | "Acceptable";
  reason: string;
  /** Conditions of HAProxy's, of which one is enough. */
  when: readonly string[];
}

/** A length of 19 digits and more overflows where 64 bits with a sign are counted. */
const LENGTH_DIGITS = 18;

/**
 * Control characters, which no value may have (RFC 9110, section 5.5), and what is left of folded lines:
 * HAProxy puts a space in place of each character of a line's end before rules see it. That makes three spaces
 * in a row, a tab behind a space, or two spaces and a name with its colon.
 */
const BAD_VALUE = [
  String.raw`[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]`,
  String.raw`\S {3,}\S`,
  String.raw`\S +\t\s*\S`,
  String.raw` {2,}[A-Za-z0-9_-]+:`,
].join("|");

/** Names that a careless server takes for one of the two that say where a body ends. */
const LOOKALIKE =
  "(?:^|,)(?!(?:transfer-encoding|content-length)(?:,|$))[^a-z0-9,]*" +
  "(?:transfer[^a-z0-9,]*encoding|content[^a-z0-9,]*length)[^a-z0-9,]*(?:,|$)";

/** A name or an address and a port, without the name of a user (RFC 9110, section 7.2). */
const HOST = String.raw`^(?:\x5b[0-9A-Fa-f:.]+\x5d|[A-Za-z0-9._~%!$&()*+;=\x27-]+)(?::[0-9]*)?$`;

/** A path, or a whole address without the name of a user. */
const TARGET = String.raw`^(?:/|[Hh][Tt][Tt][Pp][Ss]?://[^/?@]+(?:[/?]|$))`;
const isTarget = `{ url -m reg '${TARGET}' }`;

/** Two spaces, which are what is left of a folded line as well; dates of C programs have them. */
const TWO_SPACES = String.raw`\S {2}(?!\d \d\d:)\S`;

export const SEVERE: readonly RequestKind[] = [
  {
    tier: "Severe",
    reason: "BadHeader",
    when: [
      `{ req.hdrs -m reg '${BAD_VALUE}' }`,
      "{ req.ver 1.1 } !{ req.fhdr_cnt(host) eq 1 }",
      "{ req.fhdr_cnt(host) gt 1 }",
      `{ req.fhdr(host) -m found } !{ req.fhdr(host) -m reg '${HOST}' }`,
    ],
  },
  {
    tier: "Severe",
    reason: "SuspiciousHeader",
    when: [`{ req.hdr_names -m reg -i '${LOOKALIKE}' }`],
  },
  {
    tier: "Severe",
    reason: "BadContentLength",
    when: [`{ req.hdr(content-length),length gt ${LENGTH_DIGITS} }`],
  },
  {
    tier: "Severe",
    reason: "BadTransferEncoding",
    when: ["!{ req.ver 1.1 } { fc_http_major 1 } { req.hdr(transfer-encoding) -m found }"],
  },
  {
    tier: "Severe",
    reason: "BadUri",
    when: [`!${isTarget} !{ method OPTIONS }`, `!${isTarget} !{ url -m str * }`],
  },
  {
    tier: "Severe",
    reason: "BadVersion",
    when: [String.raw`{ fc_http_major 1 } !{ req.ver -m reg '^1\.[0-9]$' }`],
  },
];

/** Bodies where none is expected, and what only a strict reader tells apart. */
export const AMBIGUOUS: readonly RequestKind[] = [
  {
    tier: "Acceptable",
    reason: "GetHeadZeroContentLength",
    when: ["{ method GET HEAD } { req.hdr(content-length) -m reg ^0+$ }"],
  },
  {
    tier: "Ambiguous",
    reason: "UndefinedContentLengthSemantics",
    when: ["{ method GET HEAD } { req.hdr(content-length) -m found }"],
  },
  {
    tier: "Ambiguous",
    reason: "UndefinedTransferEncodingSemantics",
    when: ["{ method GET HEAD } { req.hdr(transfer-encoding) -m found }"],
  },
  {
    tier: "Acceptable",
    reason: "NonCompliantHeader",
    when: [`{ req.hdrs -m reg '${TWO_SPACES}' }`],
  },
  {
    tier: "Acceptable",
    reason: "NonCompliantVersion",
    when: ["{ fc_http_major 1 } !{ req.ver 1.0 1.1 }"],
  },
];
