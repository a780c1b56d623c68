import type { StackValidationPolicy } from "@pulumi/policy";
import { observe } from "../commands";
import type { Container } from "../cts";
import { labOf, PRIVATE_BRIDGES, type BridgesConfig } from "../labFacts";
import { boundFault } from "../postgresBounds";
import { serviceFault } from "../serviceUnits";
import { postgresSettings, type PostgresSetting } from "../postgresFiles";

/** Settings of sizes, times and logs: whatever their value, nobody is let in by them. */
const HARMLESS =
  /^(port|max_\w+|min_\w+|shared_buffers|work_mem|maintenance_work_mem|effective_\w+|autovacuum\w*|vacuum_\w+|jit\w*|huge_pages|tcp_\w+|wal_(level|buffers|compression|keep_size|writer_\w+|sender_timeout|receiver_\w+)|checkpoint_\w+|random_page_cost|seq_page_cost|cpu_\w+|default_statistics_target|default_text_search_config|timezone|log_timezone|lc_\w+|datestyle|statement_timeout|lock_timeout|idle_\w+|deadlock_timeout|hot_standby\w*|synchronous_\w+|log_(lock_waits|checkpoints|connections|disconnections|line_prefix|min_\w+|temp_files|autovacuum_min_duration|destination|rotation_\w+|file_mode|truncate_on_rotation)|logging_collector|bgwriter_\w+|temp_buffers|superuser_reserved_connections|cluster_name|track_\w+|client_min_messages|primary_slot_name|recovery_\w+|fsync|full_page_writes|authentication_timeout|client_connection_check_interval|password_encryption|ssl|ssl_min_protocol_version|ssl_prefer_server_ciphers|dynamic_shared_memory_type|stats_temp_directory|unix_socket_directories|max_wal_size)$/;

/** A setting opens the database as well as a record of pg_hba.conf does. */
export const databaseSettings: StackValidationPolicy = {
  name: "db-settings-closed",
  description:
    "PostgreSQL listens on its own private address only, with TLS 1.2 or newer and scram-sha-256, and " +
    "no setting names another file, a library or a program, or keeps it from serving; it runs, and after a " +
    "reboot as well.",
  enforcementLevel: "mandatory",
  configSchema: { properties: { privateBridges: PRIVATE_BRIDGES } },
  validateStack: (args, reportViolation) => {
    const lab = labOf(args.resources, args.getConfig<BridgesConfig>());
    for (const database of lab.databases) {
      const { host, complete } = observe(database, lab.resources);
      const settings = postgresSettings(host);
      const report = (fault: string) =>
        reportViolation(`${database.label}: ${fault}`, database.urn);
      for (const setting of settings) {
        const fault =
          faultOf(setting, database, lab.databases) ??
          boundFault(setting.key, setting.value, database);
        if (fault)
          report(`${fault}, got ${setting.key} = ${setting.value} in ${setting.file}; take it out`);
      }
      const down = serviceFault(host, /^postgresql(@.*)?\.service$/);
      if (down) report(down);
      const isOn = settings.findLast(({ key }) => key === "ssl")?.value;
      if (settings.length > 0 && complete && isOn === undefined) {
        report("PostgreSQL is not told to use TLS, got no ssl; set ssl = on");
      }
    }
  },
};

/** A standby follows another database of the stack. */
function conninfoFault(value: string, databases: Container[]): string | undefined {
  if (/password\s*=/.test(value)) return "a password is in the settings";
  const host = /\bhost(?:addr)?\s*=\s*'*([^\s']+)/.exec(value)?.[1];
  const own = databases.flatMap(({ interfaces }) => interfaces.map(({ address }) => address));
  if (host === undefined || own.includes(undefined) || own.includes(host)) return undefined;
  return "PostgreSQL follows a database that is not the stack's";
}

function faultOf(
  { key, value }: PostgresSetting,
  { interfaces }: Container,
  containers: Container[],
): string | undefined {
  switch (key) {
    case "listen_addresses": {
      const own = ["localhost", "127.0.0.1", ...interfaces.map(({ address }) => address)];
      const foreign = value
        .split(",")
        .map((one) => one.trim())
        .some((one) => !own.includes(one));
      const known = interfaces.every(({ address }) => address !== undefined);
      return foreign && known ? "PostgreSQL listens on other addresses than its own" : undefined;
    }
    case "ssl":
      return /^(on|true|yes|1)$/.test(value) ? undefined : "PostgreSQL does without TLS";
    case "ssl_min_protocol_version":
      return /^TLSv1\.[23]$/.test(value) ? undefined : "PostgreSQL accepts old versions of TLS";
    case "password_encryption":
      return value === "scram-sha-256" ? undefined : "PostgreSQL keeps passwords badly";
    case "fsync":
    case "full_page_writes":
      return value === "on" ? undefined : "PostgreSQL loses data in a crash";
    case "unix_socket_directories":
      return /^\/(var\/)?run\/postgresql$/.test(value)
        ? undefined
        : "PostgreSQL's socket is elsewhere";
    case "log_min_error_statement":
    case "log_min_duration_statement":
      return undefined;
    case "ssl_cert_file":
    case "ssl_key_file":
    case "ssl_ca_file":
      return /^\/etc\/(postgresql|ssl)\/[\w./-]+$/.test(value) && !value.includes("..")
        ? undefined
        : "PostgreSQL's certificate is elsewhere";
    case "primary_conninfo":
      return conninfoFault(value, containers);
    default:
      return HARMLESS.test(key) ? undefined : "a setting of PostgreSQL cannot be judged";
  }
}
