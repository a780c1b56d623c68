import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { dirname } from "node:path";
import { shellQuote } from "../../lib/shell/quote";
import { run } from "../../system/exec";

const FILE = "/root/.ssh/authorized_keys";

/** Makes the stack's key pair once; returns the public key's line. */
export async function ensureKeyPair(file: string, stack: string): Promise<string> {
  if (!existsSync(file)) {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    const comment = `homelab-${stack}`;
    await run("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", comment, "-f", file]);
  }
  return readFileSync(`${file}.pub`, "utf8").trim();
}

/**
 * Lets the key log in as root. On Proxmox VE the file is a link into /etc/pve, whose file system knows no
 * links: it is written through, not replaced.
 */
export const addKeyScript = (line: string) => `set -e
mkdir -p -m 700 /root/.ssh
grep -qxF ${shellQuote(line)} ${FILE} 2>/dev/null || {
  [ ! -s ${FILE} ] || [ -z "$(tail -c 1 ${FILE})" ] || echo >> ${FILE}
  echo ${shellQuote(line)} >> ${FILE}
  chmod 600 ${FILE} 2>/dev/null || true
}`;

/** Takes exactly this line out again, and the file with the last one. */
export const removeKeyScript = (line: string) => `if [ -e ${FILE} ]; then
  rest=$(grep -vxF ${shellQuote(line)} ${FILE}; true)
  printf '%s' "\${rest:+$rest
}" > ${FILE}
  [ -s ${FILE} ] || [ -L ${FILE} ] || rm -f ${FILE}
fi`;
