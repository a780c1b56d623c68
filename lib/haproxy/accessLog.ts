import type { AccessLog } from "./albTypes";
import { RULE } from "./listenerRules";
import { KIND } from "./requestChecks";

/** HAProxy's own `httplog` with the request's trace id after it, so that tools find what they expect. */
const HTTPLOG =
  "%ci:%cp [%tr] %ft %b/%s %TR/%Tw/%Tc/%Tr/%Ta %ST %B %CC %CS %tsc " +
  "%ac/%fc/%bc/%sc/%rc %sq/%bq %hr %hs %{+Q}r %ID";

const TIME = "%[date,utime(%Y-%m-%dT%H:%M:%S)].%[date_us,add(1000000),bytes(1)]Z";
/** A variable of microseconds as seconds. */
const seconds = (name: string) =>
  `%[var(${name}),div(1000000)].%[var(${name}),mod(1000000),add(1000000),bytes(1)]`;

/**
 * An ALB's fields in their order ("Access logs for your Application Load Balancer"). What HAProxy does not
 * know is `-`, as there. The wait for a connection is part of the target's time.
 */
const ALB = [
  `%[ssl_fc,iif(https,http)] ${TIME} app/lb/homelab %ci:%cp %si:%sp`,
  `0.000 ${seconds("txn.target_us")} 0.000 %ST %[var(txn.target_status)] %U %B`,
  '\\"%HM %[ssl_fc,iif(https,http)]://%[var(txn.host)]:%fp%[var(txn.uri)] %HV\\"',
  '\\"%[var(txn.agent)]\\" %sslc %sslv targetgroup/%b/homelab',
  '\\"%[var(txn.trace)]\\" \\"%[ssl_fc_sni]\\" \\"-\\"',
  `%[var(${RULE})] %[var(txn.created)] \\"forward\\" \\"-\\" \\"-\\"`,
  '\\"%si:%sp\\" \\"%[var(txn.target_status)]\\"',
  `\\"%[var(${KIND}),field(1,:)]\\" \\"%[var(${KIND}),field(2,:)]\\" TID_%ID`,
].join(" ");

export const logFormat = (form: AccessLog): string => (form === "alb" ? ALB : HTTPLOG);

/** Rules that keep what an ALB's line needs; `httplog` needs none. */
export function logLines(form: AccessLog): string[] {
  if (form !== "alb") return [];
  // A quotation mark would end the field.
  const clean = "regsub(\\\\x22,%22,g)";
  return [
    "http-request set-var(txn.start) date(0,us)",
    "http-request set-var(txn.target_us) int(0)",
    "http-request set-var(txn.created) date,utime(%Y-%m-%dT%H:%M:%S.000000Z)",
    `http-request set-var(txn.host) req.hdr(host),field(1,:),${clean}`,
    `http-request set-var(txn.uri) pathq,${clean}`,
    `http-request set-var(txn.agent) req.fhdr(user-agent),${clean}`,
    "http-response set-var(txn.target_us) date(0,us),sub(txn.start)",
    "http-response set-var(txn.target_status) status",
  ];
}
