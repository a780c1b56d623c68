import { createHash, timingSafeEqual } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { type Refusal, strangerRefusal } from "../live/loopback";

/**
 * Lets a request pass that comes from the page itself: a name of the loopback as `Host`, so that no name of another
 * site leads here; no other site's `Origin`; and the token, which only the page's address tells.
 */
export function refusal(
  { headers }: Pick<IncomingMessage, "headers">,
  { given, token }: { given: string | undefined; token: string },
): Refusal | undefined {
  const refused = strangerRefusal(headers);
  if (refused) return refused;
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
