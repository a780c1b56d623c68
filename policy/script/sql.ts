import { readFile } from "./redirections";
import type { Call } from "./types";
import type { Shell } from "./types";
import { isKnown, outcome, shown, type Outcome } from "./values";

/** Statements that open nothing: reads, settings of the session, a role that may log in, its database. */
const KNOWN: readonly RegExp[] = [
  /^(SELECT|TABLE|SHOW|VALUES|EXPLAIN|ANALYZE|VACUUM|BEGIN|COMMIT|ROLLBACK|CHECKPOINT|REINDEX)\b/i,
  /^SET (?!ROLE|SESSION AUTHORIZATION)/i,
  /^RESET\b/i,
  /^(CREATE|ALTER) (TABLE|INDEX|UNIQUE INDEX|SEQUENCE|SCHEMA|VIEW|TYPE)\b/i,
  /^(INSERT|COMMENT)\b/i,
  /^CREATE (ROLE|USER) \w+( WITH)?( LOGIN| NOSUPERUSER| NOCREATEDB| NOCREATEROLE| PASSWORD '[^']+')*$/i,
  /^ALTER (ROLE|USER) \w+( WITH)?( LOGIN| NOSUPERUSER| PASSWORD '[^']+')+$/i,
  /^ALTER (ROLE|USER) \w+ (SET|RESET) (statement_timeout|idle_in_transaction_session_timeout|lock_timeout|search_path|work_mem)\b/i,
  /^ALTER DATABASE \w+ (SET|RESET) (default_transaction_read_only|statement_timeout|timezone)\b/i,
  /^CREATE DATABASE \w+( WITH)?( OWNER \w+| ENCODING '[^']*'| TEMPLATE \w+)*$/i,
  /^GRANT (CONNECT|USAGE|SELECT|INSERT|UPDATE|DELETE|ALL)[\w ,]* ON .* TO (?!PUBLIC)\w+$/i,
];
/** Functions and words that reach files, programs or other servers from within any statement. */
const REACHES =
  /pg_read_|pg_write_|pg_ls_|lo_(import|export)|\bPROGRAM\b|dblink|pg_reload_conf|set_config|pg_hba|SUPERUSER|pg_(execute|read|write)_|pg_authid|pg_terminate_backend|pg_cancel_backend|pg_promote|pg_switch_wal|\bDROP (COLUMN|CONSTRAINT)\b/i;

/** PostgreSQL's clients; undefined for other programs. */
export function psql(call: Call, shell: Shell): Outcome | undefined {
  const { name, args, operands, text } = call;
  const { host } = shell;
  if (/^(pg_dump|pg_dumpall|pg_restore|pg_basebackup)$/.test(name)) return outcome();
  if (
    /^(createuser|createdb|dropdb|dropuser|initdb|pg_ctl|pg_ctlcluster|pg_createcluster|pg_dropcluster|pg_conftool|postgres|su|pg_renamecluster|pg_rewind)$/.test(
      name,
    )
  ) {
    host.fault("database", text, "it changes the server in a way that is not followed");
    return outcome();
  }
  if (name !== "psql") return undefined;
  const texts: (string | undefined)[] = [];
  for (const [i, arg] of args.entries()) {
    if (/^-[a-zA-Z]*c$|^--command$/.test(arg)) texts.push(args[i + 1]);
    else if (/^--command=/.test(arg)) texts.push(arg.slice(10));
    else if (/^-[a-zA-Z]*f$|^--file$/.test(arg)) texts.push(readFile(args[i + 1] ?? "", shell));
    else if (/^(-[a-zA-Z]*c|--file=|-f).+/.test(arg) && /^-[qAtXzF]*[cf]./.test(arg)) {
      texts.push(arg.replace(/^-[qAtXzF]*[cf]/, ""));
    }
  }
  void operands;
  if (texts.length === 0) texts.push(call.stdin);
  for (const sql of texts) judge(sql, text, shell);
  return outcome();
}

function judge(sql: string | undefined, text: string, { host }: Shell): void {
  if (sql === undefined) {
    host.fault("database", text, "its SQL cannot be known");
    return;
  }
  const meta = /(^|\n)\s*\\(?!gexec|q\b|set\b|echo\b|timing|pset|d)\S*/.exec(sql);
  if (meta || /\\(!|copy|i|ir|o|g\s*\|)/.test(sql)) {
    host.fault("database", text, "psql's own commands are not followed");
  }
  for (const statement of statementsOf(sql)) {
    // A statement that is made by another one, to be run with \gexec.
    const made = /^SELECT '((?:[^']|'')*)'/i.exec(statement)?.[1];
    const inner = made?.replaceAll("''", "'") ?? statement;
    const isOpen = REACHES.test(inner.replace(/NOSUPERUSER/gi, ""));
    if (
      !isOpen &&
      KNOWN.some((known) => known.test(inner)) &&
      isKnown(inner.replace(/PASSWORD '[^']+'/i, ""))
    )
      continue;
    host.fault(
      "database",
      shown(statement.replace(/PASSWORD '[^']*'/i, "PASSWORD …")),
      "the SQL statement is not one that is known to open nothing",
    );
  }
}

function statementsOf(sql: string): string[] {
  const plain = sql.replace(/^\s*--.*$/gm, "").replace(/\\\w+.*$/gm, ";");
  const parts = plain.match(/(?:'(?:[^']|'')*'|[^;'])+/g) ?? [];
  return parts.map((part) => part.replace(/\s+/g, " ").trim()).filter(Boolean);
}
