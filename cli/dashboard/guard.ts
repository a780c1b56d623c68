import { createHash, timingSafeEqual } from "node:crypto";
import type { IncomingMessage } from "node:http";

/** Names of this machine's loopback; a tunnel may bring them with another port. */
const LOOPBACK = ["127.0.0.1", "localhost", "[::1]"];

/** Why a request is refused; undefined: it may pass. */
export interface Refusal {
  status: 403 | 421;
  message: string;
}

/**
 * Lets a request pass that comes from the page itself: a name of the loopback as `Host`, so that no name of another
 * site leads here; no other site's `Origin`; and the token, which only the page's address tells.
 */
export function refusal(
  { headers }: Pick<IncomingMessage, "headers">,
  { given, token }: { given: string | undefined; token: string },
): Refusal | undefined {
  const host = headers.host ?? "";
  if (!LOOPBACK.includes(host.replace(/:\d+$/, ""))) {
    return { status: 421, message: "Host: must be 127.0.0.1 or localhost" };
  }
  const { origin } = headers;
  if (origin !== undefined && origin !== `http://${host}`) {
    return { status: 403, message: "Origin: another site has nothing to ask here" };
  }
  const site = headers["sec-fetch-site"];
  if (site !== undefined && site !== "same-origin" && site !== "none") {
    return { status: 403, message: "Sec-Fetch-Site: another site has nothing to ask here" };
  }
  if (given === undefined || !same(given, token)) {
    return {
      status: 403,
      message: "token: is missing or wrong; use the address that ./lab dashboard printed",
    };
  }
  return undefined;
}

/** Takes equally long whatever differs. */
function same(one: string, other: string): boolean {
  const digest = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(one), digest(other));
}

/** Headers of every answer: nothing is kept, nothing of other sites is loaded, no site frames it. */
export function safeHeaders(nonce: string): Record<string, string> {
  const own = `'nonce-${nonce}'`;
  return {
    "cache-control": "no-store",
    "content-security-policy": [
      "default-src 'none'",
      `script-src ${own}`,
      `style-src ${own}`,
      "connect-src 'self'",
      "img-src data:",
      "base-uri 'none'",
      "form-action 'none'",
      "frame-ancestors 'none'",
    ].join("; "),
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
  };
}
