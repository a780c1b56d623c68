import { shellQuote } from "../shell/quote";
import type { Listener } from "./albTypes";
import { certificateFolder } from "./listenerText";

/** The load balancer's own authority: clients that are to trust its certificates are given this file. */
export const CA_FILE = "/etc/haproxy/ca.pem";
const CA_KEY = "/etc/haproxy/ca.key";
/** Certificates of a listener that does not say for which names. */
export const DEFAULT_DOMAINS = ["app.lab"];

const CA_DAYS = 3650;
/** Clients refuse certificates that are valid for longer than 825 days. */
const DAYS = 825;
/** So many seconds before its end a certificate is made anew. */
const RENEW_SECONDS = 30 * 86_400;

/**
 * Commands that make the certificates of HTTPS listeners, signed by an authority that is made once. Their
 * keys stay in the CT. What is there and valid for 30 more days is kept, what no listener wants is removed.
 *
 * @param address the address that clients may use instead of a name
 */
export function certificateScript(listeners: readonly Listener[], address: string): string {
  const secure = listeners.filter(({ protocol }) => protocol === "HTTPS");
  if (secure.length === 0) return "";
  return `(
umask 077
if ! [ -s ${CA_KEY} ] || ! [ -s ${CA_FILE} ]; then
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days ${CA_DAYS} \\
    -subj "/CN=homelab load balancer CA" -keyout ${CA_KEY} -out ${CA_FILE} 2>/dev/null
fi
chmod 0644 ${CA_FILE}
certificate() { # file, subject alternative names as openssl shows them
  if openssl x509 -in "$1" -noout -checkend ${RENEW_SECONDS} >/dev/null 2>&1 &&
    openssl verify -CAfile ${CA_FILE} "$1" >/dev/null 2>&1 &&
    openssl x509 -in "$1" -noout -ext subjectAltName | grep -qxF "    $2"; then
    return
  fi
  openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/O=homelab" \\
    -keyout "$1.key" -out "$1.csr" 2>/dev/null
  printf 'subjectAltName=%s\\nextendedKeyUsage=serverAuth\\nbasicConstraints=CA:FALSE\\n' "$(printf '%s' "$2" | sed 's/IP Address:/IP:/; s/, /,/g')" > "$1.ext"
  openssl x509 -req -in "$1.csr" -CA ${CA_FILE} -CAkey ${CA_KEY} -CAcreateserial -days ${DAYS} \\
    -extfile "$1.ext" -out "$1.crt" 2>/dev/null
  cat "$1.crt" ${CA_FILE} "$1.key" > "$1.next"
  rm "$1.key" "$1.csr" "$1.ext" "$1.crt"
  mv "$1.next" "$1"
}
${secure.map((listener) => listenerCertificates(listener, address)).join("\n")}
)`;
}

function listenerCertificates(
  { port, domains = DEFAULT_DOMAINS }: Listener,
  address: string,
): string {
  const folder = certificateFolder(port);
  // HAProxy reads them in the order of their names; the first is for clients that name none.
  const files = domains.map((domain, i) => ({
    file: `${String(i).padStart(2, "0")}-${domain.toLowerCase().replace("*", "any")}.pem`,
    names: [`DNS:${domain}`, ...(i === 0 ? [`IP Address:${address}`] : [])].join(", "),
  }));
  const wanted = files.map(({ file }) => `! -name ${shellQuote(file)}`).join(" ");
  return `mkdir -p ${folder}
${files.map(({ file, names }) => `certificate ${folder}/${shellQuote(file)} ${shellQuote(names)}`).join("\n")}
find ${folder} -type f -name '*.pem' ${wanted} -delete`;
}
