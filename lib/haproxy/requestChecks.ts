import type { Attributes } from "./albTypes";

/**
 * What an ALB refuses before any rule is read: headers over its limits, and requests that its
 * desync mitigation calls Severe.
 */

/** Longest request line and longest header line, in bytes. ALB quotas: 16 K each, 64 K in all. */
const LONGEST_LINE = 16_384;
const LONGEST_HEADERS = 65_536;

/**
 * Headers that two servers may read differently. HAProxy has put spaces in place of the line ends of a
 * folded header before rules see it: three spaces in a row, or two and a name with its colon, are what
 * is left of one.
 */
const SEVERE = String.raw`\x00|\S {3,}\S| {2,}[A-Za-z0-9_-]+:`;

/** A length of 19 digits and more overflows where 64 bits with a sign are counted. */
const LENGTH_DIGITS = 18;

const LIMITS: readonly string[] = [
  "# An ALB's limits: 16 kB a line, 64 kB in all.",
  `http-request return status 414 if { url,length gt ${LONGEST_LINE} }`,
  `http-request deny deny_status 400 if { req.hdrs,length gt ${LONGEST_LINE} } { req.hdrs -m reg '[^\\n]{${LONGEST_LINE + 2},}' }`,
  `http-request deny deny_status 400 if { req.hdrs,length gt ${LONGEST_HEADERS} }`,
];

const SEVERE_LINES: readonly string[] = [
  "# What an ALB's desync mitigation calls Severe; HAProxy's parser refuses the rest of it.",
  `acl severe req.hdr(content-length),length gt ${LENGTH_DIGITS}`,
  `acl severe req.hdrs -m reg '${SEVERE}'`,
];

/** Bodies where none is expected, and names and values that only a strict reader tells apart. */
const AMBIGUOUS_LINES: readonly string[] = [
  "acl bodyless method GET HEAD",
  "acl body req.hdr(content-length) -m found",
  "acl body req.hdr(transfer-encoding) -m found",
  "acl ambiguous req.hdrs -m reg '\\S {2,}\\S'",
  "acl ambiguous req.hdr_names -m reg [^A-Za-z0-9,-]",
];

/** Lines of a listener, before every other rule. */
export function requestChecks({ desyncMode = "defensive", accessLog }: Attributes): string[] {
  const classes = accessLog === "alb";
  return [
    ...LIMITS,
    ...SEVERE_LINES,
    ...(desyncMode === "strictest" ? AMBIGUOUS_LINES : []),
    ...(classes
      ? [
          "http-request set-var(txn.class) str(Acceptable)",
          "http-request set-var(txn.class) str(Severe) if severe",
        ]
      : []),
    ...(desyncMode === "monitor" ? [] : ["http-request deny deny_status 400 if severe"]),
    ...(desyncMode === "strictest"
      ? [
          "http-request deny deny_status 400 if bodyless body",
          "http-request deny deny_status 400 if ambiguous",
        ]
      : []),
  ];
}
