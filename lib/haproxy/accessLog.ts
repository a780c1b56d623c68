import type { AccessLog } from "./albTypes";
import { RULE } from "./listenerRules";
import { KIND } from "./requestChecks";
import { quoted } from "./words";

/** HAProxy's own `httplog` with the request's trace id after it, so that tools find what they expect. */
export const HTTPLOG =
  "%ci:%cp [%tr] %ft %b/%s %TR/%Tw/%Tc/%Tr/%Ta %ST %B %CC %CS %tsc " +
  "%ac/%fc/%bc/%sc/%rc %sq/%bq %hr %hs %{+Q}r %ID";

/** The journal's name for lines in an ALB's form, which hold nothing else: `journalctl -t haproxy-access`. */
export const ACCESS_LOG_TAG = "haproxy-access";
/** Longest line of an access log, in bytes: an ALB's longest address and the names around it; HAProxy's most. */
export const LONGEST_LOG_LINE = 65_535;

const NOW = "date,utime(%Y-%m-%dT%H:%M:%S.000000Z)";
/** 32 hexadecimal digits that name a connection. */
const TRACE = "uuid,regsub(-,,g)";
const ANSWERED = "%[date,utime(%Y-%m-%dT%H:%M:%S)].%[date_us,add(1000000),regsub(^1,)]Z";
/** Microseconds of a variable as seconds. */
const seconds = (name: string) =>
  `%[var(${name}),div(1000000)].%[var(${name}),mod(1000000),add(1000000),regsub(^1,)]`;
/** Quotation marks and backslashes would end a field for whoever reads it. */
const clean = "regsub(\\\\x22,%22,g),regsub(\\\\x5c,%5C,g)";
const field = (text: string) => `"${text}"`;

/**
 * An ALB's fields in their order ("Access logs for your Application Load Balancer"). The wait for a connection
 * is part of the target's time.
 */
const LINE = [
  `%[var(txn.type)] ${ANSWERED} app/lb/homelab %ci:%cp %[var(txn.target,-)]`,
  "%[var(txn.took,-1 -1 -1)] %[var(txn.status)] %[var(txn.target_status,-)] %U %B",
  field("%[var(txn.method)] %[var(txn.url)] %[var(txn.version)]"),
  `${field("%[var(txn.agent,-)]")} %sslc %sslv %[var(txn.group_arn,-)]`,
  `${field("%[var(txn.trace,-)]")} ${field(`%[ssl_fc_sni,${clean}]`)} ${field("-")}`,
  `%[var(${RULE},0)] %[var(txn.created)] ${field("%[var(txn.action,-)]")}`,
  `${field("%[var(txn.location,-)]")} ${field("-")}`,
  `${field("%[var(txn.target,-)]")} ${field("%[var(txn.target_status,-)]")}`,
  `${field(`%[var(${KIND}),field(1,:)]`)} ${field(`%[var(${KIND}),field(2,:)]`)}`,
  "TID_%[var(sess.id)]",
].join(" ");

/**
 * The same of what is no request, or whose handshake failed. Neither the variables of a request nor the session's
 * are there, and a status only of some: an ALB writes 400.
 */
const unreadable = (scheme: string) =>
  [
    `${scheme} ${ANSWERED} app/lb/homelab %ci:%cp - -1 -1 -1 400 - 0 0 "- ${scheme}://-:%[dst_port]- -"`,
    `"-" %sslc %sslv - "-" "-" "-" 0 %[${NOW}] "-" "-" "-" "-" "-" "-" "-" TID_%[${TRACE}]`,
  ].join(" ");

/** Lines of a listener whose log has an ALB's fields, by where they stand; none for `httplog`. */
export interface AccessLogLines {
  /** Before everything else. */
  first: readonly string[];
  /** After the checks of requests. */
  checked: readonly string[];
  /** After the rules: what comes so far is forwarded. */
  forwarded: readonly string[];
}

const NONE: AccessLogLines = { first: [], checked: [], forwarded: [] };

export function accessLogLines(form: AccessLog, protocol: "HTTP" | "HTTPS"): AccessLogLines {
  if (form !== "alb") return NONE;
  const [scheme, socket] = protocol === "HTTPS" ? ["https", "wss"] : ["http", "ws"];
  const set = (name: string, to: string, when = "") =>
    `http-request set-var(${name}) ${to} ${when}`.trimEnd();
  const after = (name: string, to: string, when = "") =>
    `http-after-response set-var(${name}) ${to} ${when}`.trimEnd();
  return {
    first: [
      `log-tag ${ACCESS_LOG_TAG}`,
      `log-format ${quoted(LINE)}`,
      `error-log-format ${quoted(unreadable(scheme))}`,
      `tcp-request session set-var(sess.id) ${TRACE}`,
      set("txn.start", "date(0,us)"),
      set("txn.created", NOW),
      set("txn.type", `str(${scheme})`),
      ...(protocol === "HTTPS" ? [set("txn.type", "str(h2)", "if { fc_http_major 2 }")] : []),
      "# What is logged of a client that went away before its answer.",
      set("txn.status", "int(460)"),
      set("txn.method", "method"),
      `http-request set-var-fmt(txn.version) "HTTP/%[req.ver]"`,
      set("txn.host", `req.hdr(host),host_only,${clean}`),
      `http-request set-var-fmt(txn.url) "${scheme}://%[var(txn.host,-)]:%[dst_port]%[pathq]"`,
      set("txn.url", `var(txn.url),${clean}`),
      set("txn.agent", `req.fhdr(user-agent),${clean}`),
      "http-response set-var(txn.us) date(0,us),sub(txn.start)",
      `http-response set-var-fmt(txn.took) "0.000 ${seconds("txn.us")} 0.000"`,
      'http-response set-var-fmt(txn.target) "%si:%sp"',
      'http-response set-var-fmt(txn.group_arn) "targetgroup/%b/homelab"',
      "http-response set-var(txn.target_status) status",
      `http-response set-var(txn.type) str(${socket}) if { status 101 }`,
      after("txn.status", "status"),
      after(
        "txn.action",
        "str(redirect)",
        "if { var(txn.checked) -m found } { status 301 302 } !{ var(txn.action) -m found }",
      ),
      after("txn.location", `res.hdr(location),${clean}`, "if { var(txn.action) -m str redirect }"),
      after(
        "txn.action",
        "str(fixed-response)",
        "if { var(txn.checked) -m found } !{ var(txn.action) -m found }",
      ),
    ],
    checked: [set("txn.checked", "bool(true)")],
    forwarded: [
      set("txn.trace", `req.hdr(X-Amzn-Trace-Id),${clean}`),
      set("txn.action", "str(forward)"),
    ],
  };
}
