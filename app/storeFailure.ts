/** What people are told about a failed connection or query, by error code of node, OpenSSL or PostgreSQL. */
const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: "connection refused",
  ECONNRESET: "connection reset",
  EHOSTUNREACH: "host unreachable",
  ENETUNREACH: "network unreachable",
  ETIMEDOUT: "timed out",
  ENOTFOUND: "name not found",
  EAI_AGAIN: "name not found",
  ENOENT: "password or certificate file missing",
  EACCES: "password or certificate file not readable",
  DEPTH_ZERO_SELF_SIGNED_CERT: "server certificate not trusted",
  SELF_SIGNED_CERT_IN_CHAIN: "server certificate not trusted",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: "server certificate not trusted",
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: "server certificate not trusted",
  CERT_HAS_EXPIRED: "server certificate expired",
  CERT_NOT_YET_VALID: "server certificate not valid yet",
  ERR_TLS_CERT_ALTNAME_INVALID: "server certificate is for another host",
  "28P01": "password refused",
  "28000": "access refused",
  "3D000": "no such database",
  "42501": "permission denied",
  "53300": "too many connections",
  "57014": "timed out",
  "57P01": "server is shutting down",
  "57P02": "server crashed",
  "57P03": "server is starting or stopping",
};

/** pg reports these only in words. */
const PHRASES: readonly [RegExp, string][] = [
  [/timeout/i, "timed out"],
  [/does not support SSL/i, "server offers no TLS"],
  [/Connection terminated/i, "connection closed"],
];

/** Names a failure's cause in words that hold nothing of the error's own text. */
export function failureReason(error: unknown): string {
  const { code, message } = error as { code?: unknown; message?: unknown };
  if (typeof code === "string" && REASONS[code]) return REASONS[code];
  const text = typeof message === "string" ? message : "";
  const phrase = PHRASES.find(([pattern]) => pattern.test(text));
  if (phrase) return phrase[1];
  return typeof code === "string" && /^[A-Z0-9_]{1,60}$/.test(code) ? `error ${code}` : "error";
}
