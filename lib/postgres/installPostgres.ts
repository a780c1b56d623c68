import { POSTGRES_UNIT, POSTGRES_VERSION } from "../stack/units";
import { type FileText, script, shellQuote, writeFileCommand } from "../shell/quote";
import type { DatabaseAccess, ServerSettings } from "./postgresConfig";
import { renderHba, renderSettings } from "./postgresConfig";

const CONFIG = `/etc/postgresql/${POSTGRES_VERSION}/main`;
export const CERTIFICATE_FILE = `${CONFIG}/server.crt`;
export const KEY_FILE = `${CONFIG}/server.key`;

/**
 * Commands that configure the installed server: certificate (made here, its key never leaves), settings,
 * access, role and database. Standard input is the role's password; output is the certificate.
 */
export function configurePostgres(settings: ServerSettings, access: DatabaseAccess): string {
  const address = shellQuote(settings.listenAddress);
  return script(
    "IFS= read -r password",
    `cd /
restart=no reload=no
# It is there from before something is written until that is in force: also after a run that was cut off.
pending=${CONFIG}/homelab-pending
if [ -e "$pending" ]; then restart=yes; fi
# A month before it ends the certificate is made anew.
if ! { openssl x509 -in ${CERTIFICATE_FILE} -noout -checkip ${address} 2>/dev/null | grep -q 'does match' &&
  openssl x509 -in ${CERTIFICATE_FILE} -noout -checkend $((30 * 86400)) >/dev/null; }; then
  touch "$pending"
  if ! said=$(openssl req -x509 -newkey rsa:2048 -nodes -sha256 -days 3650 -subj /CN=db \\
    -addext subjectAltName=IP:${address} -keyout ${KEY_FILE} -out ${CERTIFICATE_FILE} 2>&1); then
    echo "$(hostname): the server's certificate cannot be made: $said" >&2
    exit 1
  fi
  restart=yes
fi
chown postgres:postgres ${CERTIFICATE_FILE} ${KEY_FILE}
chmod 0600 ${KEY_FILE}
chmod 0644 ${CERTIFICATE_FILE}`,
    changed({ path: `${CONFIG}/conf.d/homelab.conf`, text: renderSettings(settings) }, "restart"),
    // Who may connect is read again without a connection being cut: a new client is no reason for a restart.
    changed({ path: `${CONFIG}/pg_hba.conf`, text: renderHba(access), mode: "0640" }, "reload"),
    `chown postgres:postgres ${CONFIG}/pg_hba.conf
if [ "$restart" = yes ] || ! systemctl -q is-active ${POSTGRES_UNIT}; then
  systemctl restart ${POSTGRES_UNIT}
elif [ "$reload" = yes ]; then
  systemctl reload ${POSTGRES_UNIT}
fi
rm -f "$pending"
tries=0
until runuser -u postgres -- psql -qAtc 'SELECT 1' >/dev/null 2>&1; do
  tries=$((tries + 1))
  if [ "$tries" -ge 60 ]; then
    echo "$(hostname): PostgreSQL does not answer after 30 s" >&2
    journalctl -n 20 --no-pager -u ${POSTGRES_UNIT} >&2
    exit 1
  fi
  sleep 0.5
done`,
    roleCommands(access),
    `cat ${CERTIFICATE_FILE}`,
  );
}

/** Writes a file where it has another text, and notes in a variable of the script what that takes. */
function changed(file: FileText, takes: "restart" | "reload"): string {
  const path = shellQuote(file.path);
  const now = `{ [ -e ${path} ] && printf '%s' ${shellQuote(file.text)} | cmp -s - ${path}; }`;
  return `if ! ${now}; then
touch "$pending"
${writeFileCommand(file)}
${takes}=yes
fi`;
}

/** Role and database through psql's standard input: a password in arguments is everybody's. */
function roleCommands({ role, database }: DatabaseAccess): string {
  return `printf '%s\\n' \\
  "SET log_statement = 'none'; SET log_min_duration_statement = -1; SET log_min_error_statement = panic;" \\
  "SELECT 'CREATE ROLE ${role} LOGIN' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '${role}') \\\\gexec" \\
  "ALTER ROLE ${role} PASSWORD '$password';" \\
  "ALTER ROLE ${role} SET statement_timeout = '5s';" \\
  "ALTER ROLE ${role} SET idle_in_transaction_session_timeout = '30s';" \\
  "SELECT 'CREATE DATABASE ${database} OWNER ${role}' WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = '${database}') \\\\gexec" \\
  | runuser -u postgres -- psql -qAt -v ON_ERROR_STOP=1 >/dev/null`;
}
