import type { EditedStack, Mutation } from "./mutation";

/** A line at the end of a resource's script. */
const lines = (policy: string, name: string, edits: Record<string, string>): Mutation[] =>
  Object.entries(edits).map(([what, line]) => ({
    policy,
    name: `${name}: ${what}`,
    edit: (stack: EditedStack) => stack.append(name, line),
  }));
const SETTINGS = "/etc/postgresql/15/main/conf.d/zz.conf";
const settings = (edits: Record<string, string>): Mutation[] =>
  lines(
    "db-settings-closed",
    "db-config",
    Object.fromEntries(Object.entries(edits).map(([k, v]) => [k, `echo "${v}" > ${SETTINGS}`])),
  );
const sql = (edits: Record<string, string>): Mutation[] =>
  lines(
    "db-hba-app-nodes-only",
    "db-config",
    Object.fromEntries(
      Object.entries(edits).map(([k, v]) => [k, `echo "${v}" | runuser -u postgres -- psql`]),
    ),
  );
const hba = (edits: Record<string, string>): Mutation[] =>
  Object.entries(edits).map(([what, to]) => ({
    policy: "db-hba-app-nodes-only",
    name: what,
    edit: (stack: EditedStack) =>
      stack.everywhereIn("db-config", "hostssl app app 10.10.10.11/32 scram-sha-256", to),
  }));

/** Settings, records and statements of PostgreSQL, and deeds of the database's scripts. */
export const databaseMutations: Mutation[] = [
  ...lines("db-hba-app-nodes-only", "db-config", {
    "its data": "rm -rf /var/lib/postgresql/15/main",
    "names of users mapped": "echo 'm /^.*$ postgres' > /etc/postgresql/15/main/pg_ident.conf",
    "its folder for everybody": "chmod 777 /var/lib/postgresql/15/main",
    "another user's": "chown -R app /var/lib/postgresql/15/main",
  }),
  ...hba({
    "every database": "hostssl all app 10.10.10.11/32 scram-sha-256",
    "every role": "hostssl app all 10.10.10.11/32 scram-sha-256",
    "the superuser": "hostssl all postgres 10.10.10.11/32 scram-sha-256",
    replication: "hostssl replication app 10.10.10.11/32 scram-sha-256",
    "names as addresses": "hostssl app app app1 scram-sha-256",
    "the same net": "hostssl app app samenet scram-sha-256",
    "with a mask": "hostssl app app 10.10.10.0 255.255.255.0 scram-sha-256",
    "a file of records": "include /tmp/hba\nhostssl app app 10.10.10.11/32 scram-sha-256",
    "without encryption by GSS": "hostnossl app app 10.10.10.11/32 scram-sha-256",
    "certificates by a map": "hostssl app app 10.10.10.11/32 cert map=m",
    ident: "hostssl app app 10.10.10.11/32 ident",
    "by a program": "hostssl app app 10.10.10.11/32 pam",
    rejected: "hostssl app app 10.10.10.11/32 reject",
    "left out": "",
  }),
  ...settings({
    "a thousand clients": "max_connections = 10000",
    "two clients": "max_connections = 2",
    "more memory than there is": "shared_buffers = 64GB",
    "work that takes all memory": "work_mem = 4GB",
    "commits that are lost": "synchronous_commit = off",
    "no cleaning": "autovacuum = off",
    "statements that take a millisecond": "statement_timeout = 1",
    "nobody logs in": "authentication_timeout = 1",
    "read only": "default_transaction_read_only = on",
    "every statement in the log": "log_min_duration_statement = 0",
    "every error's statement": "log_min_error_statement = debug5",
    "duration of all": "log_duration = on",
    "parameters in the log": "log_parameter_max_length = -1",
    "statements to clients": "client_min_messages = debug5",
    "weak ciphers": "ssl_ciphers = 'ALL:eNULL'",
    "old versions at most": "ssl_max_protocol_version = 'TLSv1'",
    "all addresses": "listen_addresses = '0.0.0.0'",
    "addresses of IPv6": "listen_addresses = '::'",
    "an address of others": "listen_addresses = '10.10.10.99'",
    "a file of records": "hba_file = '/tmp/hba'",
    "a folder of data": "data_directory = '/tmp/x'",
    "another file": "include = '/tmp/x.conf'",
    "a folder of files": "include_dir '/tmp/x'",
    "a library": "session_preload_libraries = 'x'",
    "a library's path": "dynamic_library_path = '/tmp'",
    "an archive's program": "restore_command = 'sh /tmp/x'",
    "a passphrase's program": "ssl_passphrase_command = 'sh /tmp/x'",
    "an old password's form": "password_encryption = md5",
    "a log in a folder": "log_directory = '/var/www'",
    "a log for everybody": "log_file_mode = 0666",
    "no reserve": "superuser_reserved_connections = 0",
    "system tables": "allow_system_table_mods = on",
    "damaged pages": "zero_damaged_pages = on",
    "no row security": "row_security = off",
    "minimal log": "wal_level = minimal",
    "a standby of a stranger": "primary_conninfo = 'host=203.0.113.9'",
    "the socket for all": "unix_socket_permissions = 0777",
    "a recovery": "recovery_target = 'immediate'",
    debug: "debug_print_parse = on",
  }),
  ...sql({
    "everything gone": "DROP DATABASE app",
    "a table gone": "DROP TABLE visits",
    "a table emptied": "TRUNCATE visits",
    "rows gone": "DELETE FROM visits",
    "rows changed": "UPDATE visits SET count = 0",
    "for everybody": "GRANT ALL ON ALL TABLES IN SCHEMA public TO PUBLIC",
    "a role that reads files": "GRANT pg_read_server_files TO app",
    "a role of roles": "GRANT postgres TO app",
    replication: "ALTER ROLE app REPLICATION",
    "past the rows": "ALTER ROLE app BYPASSRLS",
    "makes roles": "ALTER ROLE app CREATEROLE CREATEDB",
    "no password": "ALTER ROLE app PASSWORD NULL",
    "an extension": "CREATE EXTENSION plpython3u",
    "a function": "CREATE FUNCTION f() RETURNS int LANGUAGE C AS '/tmp/x'",
    "a trigger": "CREATE TRIGGER t AFTER INSERT ON visits EXECUTE FUNCTION f()",
    "a rule": "CREATE RULE r AS ON INSERT TO visits DO NOTHING",
    "settings of a role": "ALTER ROLE app SET session_preload_libraries = 'x'",
    "settings of the server": "ALTER SYSTEM SET listen_addresses = '*'",
    "a foreign server": "CREATE SERVER s FOREIGN DATA WRAPPER postgres_fdw",
    "an owner": "ALTER DATABASE app OWNER TO eve",
    "a subscription": "CREATE SUBSCRIPTION s CONNECTION 'host=203.0.113.9' PUBLICATION p",
    "a publication": "CREATE PUBLICATION p FOR ALL TABLES",
    "a block": "DO 'BEGIN EXECUTE 1; END'",
    "a table altered": "ALTER TABLE visits DROP COLUMN count",
    "ended connections": "SELECT pg_terminate_backend(pid) FROM pg_stat_activity",
    "no one connects": "ALTER DATABASE app CONNECTION LIMIT 0",
  }),
  ...lines("db-settings-closed", "db-config", {
    "off after a reboot": "systemctl disable postgresql",
    "off now": "systemctl stop postgresql@15-main",
    masked: "systemctl mask postgresql.service",
  }),
  ...lines("ct-scripts-judged", "db-config", {
    "its program": "runuser -u postgres -- /usr/lib/postgresql/15/bin/postgres -D /tmp/x",
    "a copy of its key": "cp /etc/postgresql/15/main/server.key /tmp/x",
    "a key for everybody": "chmod 644 /etc/postgresql/15/main/server.key",
  }),
];
