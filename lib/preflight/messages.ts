/** What is said when Proxmox does not answer, or refuses to. */

/** An error of the system or of OpenSSL. */
interface Failure {
  code?: string;
  message: string;
}

/** Why there was no answer, by error code; all say what to do. */
export function silence(api: { endpoint: string; caFile: string }, error: Failure): string {
  const { code = "", message } = error;
  const where = `proxmoxEndpoint: ${api.endpoint}`;
  const trust = [
    "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
    "UNABLE_TO_GET_ISSUER_CERT",
    "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
    "SELF_SIGNED_CERT_IN_CHAIN",
    "DEPTH_ZERO_SELF_SIGNED_CERT",
    "CERT_SIGNATURE_FAILURE",
  ];
  if (trust.includes(code)) {
    const by = api.caFile ? `the CA in ${api.caFile}` : "any CA that this machine knows";
    return (
      `${where} has a certificate that is not signed by ${by}, got ${code}; ` +
      "set proxmoxCaFile to a copy of the Proxmox node's /etc/pve/pve-root-ca.pem"
    );
  }
  if (code === "ERR_TLS_CERT_ALTNAME_INVALID") {
    return `${where} has a certificate for another name, got ${code}: ${message}; use a name or address that it is for`;
  }
  if (code.startsWith("CERT_")) {
    return `${where} has a certificate that is not valid now, got ${code}; renew it, or set this machine's clock`;
  }
  const words: Record<string, string> = {
    ECONNREFUSED: "connection refused",
    ECONNRESET: "connection reset",
    EHOSTUNREACH: "host unreachable",
    ENETUNREACH: "network unreachable",
    ENOTFOUND: "name not found",
    EAI_AGAIN: "name not found",
    ETIMEDOUT: message,
    EPROTO: "an answer that is not TLS",
  };
  return (
    `${where} cannot be reached, got ${words[code.startsWith("ERR_SSL_") ? "EPROTO" : code] ?? message}; check that Proxmox runs and that ` +
    "the address is right (embedded node: ./lab up starts it)"
  );
}

/** Only the token's id: the rest is secret. */
export function tokenId(token: string): string {
  const at = token.indexOf("=");
  return /^[^\s=]+@[^\s=]+![^\s=]+$/.test(token.slice(0, Math.max(at, 0)))
    ? `token "${token.slice(0, at)}"`
    : "a text that is not of the form user@realm!name=secret";
}

export function refused(what: string, status: number, reason: string): string {
  return (
    `proxmoxApiToken: may not ask for ${what}, got ${status} "${reason}"; ` +
    "give the token Sys.Audit, VM.Audit, Datastore.Audit and SDN.Audit on /"
  );
}

/** The token is wrong, or was removed; only its id is told. */
export function notAccepted(api: { endpoint: string; token: string }, reason: string): string {
  return (
    `proxmoxApiToken: is not accepted by ${api.endpoint}, got ${tokenId(api.token)} (401 "${reason}"); ` +
    "set proxmoxApiToken or PROXMOX_VE_API_TOKEN to a valid user@realm!name=secret"
  );
}
