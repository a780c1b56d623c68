/** What was set at run time on one target, from HAProxy's `show servers state`. */
export interface ServerState {
  target: string;
  /** Undefined: nobody has taken it out. */
  admin?: "draining" | "in maintenance";
  /** As it is now, and as the configuration has it. */
  weight: number;
  configuredWeight: number;
}

/** Bits of `srv_admin_state` that are set by hand, not by the configuration. */
const FORCED_MAINTENANCE = 0x01;
const FORCED_DRAIN = 0x08;

/** Reads version 1 of the format: a header that names the columns, then one line a server. */
export function parseServersState(text: string): ServerState[] {
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  const header = lines.find((line) => line.startsWith("# "));
  if (lines[0]?.trim() !== "1" || !header) return [];
  const names = header.slice(2).split(" ");
  return lines
    .filter((line) => /^\d+ /.test(line))
    .map((line) => {
      const fields = line.split(" ");
      const field = (name: string) => fields[names.indexOf(name)] ?? "";
      const bits = Number(field("srv_admin_state"));
      const admin =
        bits & FORCED_MAINTENANCE
          ? ("in maintenance" as const)
          : bits & FORCED_DRAIN
            ? ("draining" as const)
            : undefined;
      return {
        target: field("srv_name"),
        ...(admin && { admin }),
        weight: Number(field("srv_uweight")),
        configuredWeight: Number(field("srv_iweight")),
      };
    });
}
