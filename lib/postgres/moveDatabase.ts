import { shellQuote } from "../shell/quote";

/**
 * Scripts for the Proxmox node that take a database out of its CT before the CT is built anew, and put it
 * into the new one. The dump is `FILE`; `FILE.rows` tells what was in it, and `FILE.sha256` that it is whole.
 */

/** Where a CT remembers which dump was restored in it: a second run must not do it again. */
const MARKER = "/var/lib/postgresql/homelab-restored";

/** Minutes after which PostgreSQL takes writes again when the CT has not been replaced. */
const READ_ONLY_MINUTES = 20;

const asPostgres = (vmid: number, words: string) =>
  `pct exec ${vmid} -- runuser -u postgres -- ${words}`;

const psql = (vmid: number, database: string) =>
  asPostgres(vmid, `psql -qAtX -v ON_ERROR_STOP=1 -d ${database}`);

/**
 * SQL that lists each table with its number of rows and a sum over them that does not depend on their order,
 * and each sequence with its last value.
 */
const ROWS = `SET timezone = 'UTC'; SET datestyle = 'ISO'; SET extra_float_digits = 3;
SELECT format('SELECT %L, count(*), coalesce(sum((''x'' || substr(md5(t::text), 1, 16))::bit(64)::bigint::numeric), 0) FROM %I.%I t',
  schemaname || '.' || tablename, schemaname, tablename)
  FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema') ORDER BY 1
\\gexec
SELECT schemaname || '.' || sequencename, 'sequence', last_value FROM pg_sequences ORDER BY 1;
`;

/** Commands that print the database's content as one line for each table and sequence. */
const printRows = (vmid: number, database: string) =>
  `printf '%s' ${shellQuote(ROWS)} | ${psql(vmid, database)}`;

/** Ends what clients do and lets them read only; a clock in the CT takes that back. */
export function stopWrites(vmid: number, database: string): string {
  const again = `runuser -u postgres -- psql -qd postgres -c "ALTER DATABASE ${database} RESET default_transaction_read_only"`;
  return `set -euo pipefail
pct exec ${vmid} -- systemctl stop -q homelab-writes.timer 2>/dev/null || true
pct exec ${vmid} -- systemd-run -q --collect --unit=homelab-writes --on-active=${READ_ONLY_MINUTES}min bash -c ${shellQuote(again)}
printf '%s\\n' "ALTER DATABASE ${database} SET default_transaction_read_only = on;" \\
  "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${database}' AND pid <> pg_backend_pid();" \\
  | ${psql(vmid, "postgres")} > /dev/null`;
}

/** Lets clients write again. */
export function allowWrites(vmid: number, database: string): string {
  return `set -euo pipefail
printf '%s\\n' "ALTER DATABASE ${database} RESET default_transaction_read_only;" \\
  "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${database}' AND pid <> pg_backend_pid();" \\
  | ${psql(vmid, "postgres")} > /dev/null
pct exec ${vmid} -- systemctl stop -q homelab-writes.timer 2>/dev/null || true`;
}

/** Writes the dump and what belongs to it; a dump that was cut off has another name. */
export function saveDatabase(vmid: number, database: string, file: string): string {
  return `set -euo pipefail
umask 077
mkdir -p ${file.slice(0, file.lastIndexOf("/"))}
${asPostgres(vmid, `pg_dump -Fc -d ${database}`)} > ${file}.part < /dev/null
${printRows(vmid, database)} > ${file}.rows
sha256sum < ${file}.part > ${file}.sha256
sync ${file}.part ${file}.rows ${file}.sha256
mv ${file}.part ${file}`;
}

/**
 * Restores the dump in a CT whose database is empty, and compares. A CT in which it was restored already is
 * left alone; one that has other tables is never overwritten.
 */
export function restoreDatabase(vmid: number, database: string, file: string): string {
  return `set -euo pipefail
file=${file}
if [ "$(pct exec ${vmid} -- cat ${MARKER} 2>/dev/null || true)" = "$file" ]; then exit 0; fi
stays="the dump stays in $file on the Proxmox node"
if [ ! -s "$file" ]; then echo "database: its dump $file is not on the Proxmox node; put it back there" >&2; exit 1; fi
if [ "$(sha256sum < "$file")" != "$(cat "$file.sha256")" ]; then
  echo "database: its dump $file is damaged, for its checksum differs from the one in $file.sha256" >&2
  exit 1
fi
now() { ${printRows(vmid, database)}; }
if [ -z "$(now)" ]; then
  if ! said=$(${asPostgres(vmid, `pg_restore --exit-on-error --single-transaction -d ${database}`)} < "$file" 2>&1); then
    echo "database: pg_restore failed, and $stays: $said" >&2
    exit 1
  fi
fi
if ! said=$(diff "$file.rows" <(now)); then
  echo "$said" >&2
  echo "database: it is not what was saved (above: table, rows, sum; < saved, > found), and $stays" >&2
  exit 1
fi
echo "$file" | pct exec ${vmid} -- tee ${MARKER} > /dev/null
cat "$file.rows"`;
}

/** Prints what the database holds, for people: tables, rows and size. */
export function countRows(vmid: number, database: string): string {
  return `set -euo pipefail
${printRows(vmid, database)} | awk -F'|' '$2 != "sequence" { tables++; rows += $2 } END { print tables + 0, rows + 0 }'
echo "SELECT pg_size_pretty(pg_database_size('${database}'))" | ${psql(vmid, database)}`;
}
