import { type Attributes, type Listener, TLS_POLICIES } from "./albTypes";
import { accessLogLines } from "./accessLog";
import { fixedResponse, ruleLines } from "./listenerRules";
import { requestChecks } from "./requestChecks";
import { TLS_OPTIONS } from "./tlsPolicies";
import { indented } from "./words";

/** Where a listener's certificates are, one file a name, each with its key and chain. */
export const certificateFolder = (port: number): string => `/etc/haproxy/certs/${port}`;

/** An ALB's trace id without its field name: version, 8 hex digits of time, 24 of chance. */
const TRACE_ID = "1-%[date,bytes(4,4),hex,lower]-%[uuid,regsub(-,,g),bytes(0,24)]";

const RATE_TABLE = "clients";

export interface ListenerContext {
  attributes: Attributes;
  /** Lines of the profile: what may be sent twice. */
  profileLines: readonly string[];
  failsOpen: (group: string) => boolean;
}

/** HAProxy's name of a listener. */
export function listenerName({ port, protocol }: Listener, first: boolean): string {
  const name = protocol.toLowerCase();
  return first ? name : `${name}-${port}`;
}

/** A listener's frontend. */
export function listenerText(
  listener: Listener,
  name: string,
  { attributes, profileLines, failsOpen }: ListenerContext,
): string {
  const secure = listener.protocol === "HTTPS";
  const log = accessLogLines(attributes.accessLog ?? "httplog", listener.protocol);
  return `frontend ${name}
  bind ${bindWords(listener)}
  maxconn 3500
${indented([
  ...log.first,
  ...transportSecurity(listener),
  ...(attributes.dropInvalidHeaderFields ? ["option http-restrict-req-hdr-names delete"] : []),
  ...requestChecks(attributes),
  ...rateLines(attributes),
  ...log.checked,
  ...(attributes.maintenance
    ? [fixedResponse(503, { contentType: "text/html", ...attributes.maintenance }, "if TRUE")]
    : []),
  ...forwardedFor(attributes),
  `http-request set-header X-Forwarded-Proto ${secure ? "https" : "http"}`,
  "http-request set-header X-Forwarded-Port %[dst_port]",
  `unique-id-format "${TRACE_ID}"`,
  'http-request set-header X-Amzn-Trace-Id "Self=%[unique-id];%[req.hdr(X-Amzn-Trace-Id)]" if { req.hdr(X-Amzn-Trace-Id) -m sub Root= }',
  'http-request set-header X-Amzn-Trace-Id "Root=%[unique-id]" unless { req.hdr(X-Amzn-Trace-Id) -m sub Root= }',
  ...profileLines,
  ...ruleLines(listener, failsOpen, log.forwarded),
])}
`;
}

function bindWords({ port, protocol, proxyProtocol, http2 = true, ...tls }: Listener): string {
  const words = [`:${port}`];
  if (proxyProtocol) words.push("accept-proxy");
  if (protocol === "HTTPS") {
    words.push(`ssl crt ${certificateFolder(port)}/`);
    words.push(http2 ? "alpn h2,http/1.1" : "alpn http/1.1");
    words.push(TLS_OPTIONS[tls.sslPolicy ?? TLS_POLICIES[0]]);
  }
  return words.join(" ");
}

/** A year: what graders of TLS ask for at least is half of it. */
const STRICT_SECONDS = 31_536_000;

function transportSecurity(listener: Listener): string[] {
  const { protocol, strictTransportSecuritySeconds: seconds = STRICT_SECONDS } = listener;
  if (protocol !== "HTTPS" || seconds === 0) return [];
  const header = "Strict-Transport-Security";
  return [
    `http-after-response set-header ${header} max-age=${seconds} unless { res.hdr(${header}) -m found }`,
  ];
}

function forwardedFor({ xForwardedFor = "append" }: Attributes): string[] {
  if (xForwardedFor === "preserve") return [];
  if (xForwardedFor === "remove") return ["http-request del-header X-Forwarded-For"];
  return [
    "# As an ALB does: appended, so the last address is the one seen here, whatever a client claims.",
    "option forwardfor",
  ];
}

function rateLines({ rateLimit }: Attributes): string[] {
  if (!rateLimit) return [];
  return [
    `http-request track-sc0 src table ${RATE_TABLE}`,
    `http-request deny deny_status 429 if { sc_http_req_rate(0,${RATE_TABLE}) gt ${rateLimit.requests} }`,
  ];
}

/** The table that counts clients' requests, one for all listeners. */
export function rateTable({ rateLimit }: Attributes): string {
  if (!rateLimit) return "";
  const { seconds } = rateLimit;
  return `
backend ${RATE_TABLE}
  stick-table type ip size 50k expire ${seconds}s store http_req_rate(${seconds}s)
`;
}
