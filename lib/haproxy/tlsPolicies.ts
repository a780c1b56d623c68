import type { TlsPolicy } from "./albTypes";

const GCM =
  "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:" +
  "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384";
const CBC =
  "ECDHE-ECDSA-AES128-SHA256:ECDHE-RSA-AES128-SHA256:" +
  "ECDHE-ECDSA-AES256-SHA384:ECDHE-RSA-AES256-SHA384";

/**
 * Options of a `bind` line for each of AWS's security policies ("Security policies for your Application Load
 * Balancer", TLS security policies): lowest version and ciphers.
 */
export const TLS_OPTIONS: Record<TlsPolicy, string> = {
  "ELBSecurityPolicy-TLS13-1-2-Res-2021-06": `ssl-min-ver TLSv1.2 no-tls-tickets ciphers ${GCM}`,
  "ELBSecurityPolicy-TLS13-1-2-2021-06": `ssl-min-ver TLSv1.2 no-tls-tickets ciphers ${GCM}:${CBC}`,
  "ELBSecurityPolicy-TLS13-1-3-2021-06": "ssl-min-ver TLSv1.3 no-tls-tickets",
};
