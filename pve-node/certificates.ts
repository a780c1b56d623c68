import { X509Certificate, createPrivateKey, randomBytes, randomUUID } from "node:crypto";
import * as fs from "node:fs/promises";
import { isIP } from "node:net";
import { join } from "node:path";
import { readText, writeAtomic } from "./os/files";
import { run } from "./os/command";
import type { NodePaths } from "./paths";

const CA_DAYS = 3650;
const SERVER_DAYS = 730;
/** A certificate is replaced when less than this is left of it. */
const RENEW_MS = 30 * 24 * 3600 * 1000;

const CA_CONFIG = `[req]
distinguished_name = dn
x509_extensions = ca
prompt = no
[dn]
O = Proxmox VE node
OU = %UNIT%
CN = Proxmox VE node %NODE% CA
[ca]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
`;

/** The node's own CA, made once: clients trust the node through it. */
export async function ensureCa(paths: NodePaths, node: string): Promise<void> {
  const cert = await readText(paths.caCert);
  const key = await readText(paths.caKey);
  if (cert && key && belongTogether(cert, key)) return;
  await inTemporary(paths, async (dir) => {
    const unit = randomUUID(); // subjects must differ, or a client with two CAs takes the wrong one
    const config = CA_CONFIG.replace("%UNIT%", unit).replace("%NODE%", node);
    await fs.writeFile(join(dir, "ca.cnf"), config);
    await run("openssl", [
      ...["req", "-x509", "-config", join(dir, "ca.cnf"), "-days", String(CA_DAYS), "-nodes"],
      ...["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-sha256"],
      ...["-keyout", join(dir, "ca.key"), "-out", join(dir, "ca.pem")],
    ]);
    await writeAtomic(paths.caKey, await fs.readFile(join(dir, "ca.key"), "utf8"), 0o600);
    await writeAtomic(paths.caCert, await fs.readFile(join(dir, "ca.pem"), "utf8"), 0o644);
  });
}

/** The server's certificate; a new one when names, validity or CA ask for it. */
export async function ensureServerCertificate(
  paths: NodePaths,
  node: string,
  names: string[],
): Promise<void> {
  const ca = (await readText(paths.caCert)) ?? "";
  const cert = await readText(paths.sslCert);
  const key = await readText(paths.sslKey);
  if (cert && key && belongTogether(cert, key) && usable(cert, ca, names)) return;
  await inTemporary(paths, async (dir) => {
    const [keyFile, request, out] = ["s.key", "s.csr", "s.pem"].map((f) => join(dir, f));
    const extensions = join(dir, "s.ext");
    await fs.writeFile(extensions, serverExtensions(names));
    await run("openssl", [
      ...["req", "-new", "-nodes", "-subj", `/O=Proxmox VE node/CN=${node}`],
      ...["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-sha256"],
      ...["-keyout", keyFile!, "-out", request!],
    ]);
    await run("openssl", [
      ...["x509", "-req", "-in", request!, "-CA", paths.caCert, "-CAkey", paths.caKey],
      ...["-set_serial", `0x${randomBytes(15).toString("hex")}`, "-days", String(SERVER_DAYS)],
      ...["-sha256", "-extfile", extensions, "-out", out!],
    ]);
    await writeAtomic(paths.sslKey, await fs.readFile(keyFile!, "utf8"), 0o600);
    await writeAtomic(paths.sslCert, await fs.readFile(out!, "utf8"), 0o644);
  });
}

function serverExtensions(names: string[]): string {
  const entries = names.map((name) => `${isIP(name) ? "IP" : "DNS"}:${name}`);
  return [
    "basicConstraints = critical,CA:FALSE",
    "keyUsage = critical,digitalSignature",
    "extendedKeyUsage = serverAuth",
    "authorityKeyIdentifier = keyid",
    `subjectAltName = ${entries.join(",")}`,
    "",
  ].join("\n");
}

function belongTogether(cert: string, key: string): boolean {
  return new X509Certificate(cert).checkPrivateKey(createPrivateKey(key));
}

/** Names that are gone do no harm; only missing ones ask for a new certificate. */
function usable(cert: string, ca: string, names: string[]): boolean {
  const x509 = new X509Certificate(cert);
  const issuer = new X509Certificate(ca);
  const valid = Date.parse(x509.validTo) - Date.now() > RENEW_MS;
  const covers = names.every((name) => (isIP(name) ? x509.checkIP(name) : x509.checkHost(name)));
  return valid && covers && x509.checkIssued(issuer) && x509.verify(issuer.publicKey);
}

async function inTemporary(paths: NodePaths, action: (dir: string) => Promise<void>) {
  await fs.mkdir(paths.priv, { recursive: true, mode: 0o700 });
  const dir = await fs.mkdtemp(join(paths.priv, ".certificate-"));
  try {
    await action(dir);
  } finally {
    await fs.rm(dir, { recursive: true, force: true });
  }
}
