export type LogFields = Record<string, string | number | boolean | undefined>;

export interface Logger {
  info(event: string, fields?: LogFields): void;
  error(event: string, fields?: LogFields): void;
}

/** Logger of one JSON object a line, each with time, level, event and `base`. */
export function jsonLogger(base: LogFields, write: (line: string) => void): Logger {
  const log = (level: string) => (event: string, fields?: LogFields) =>
    write(
      JSON.stringify({ time: new Date().toISOString(), level, event, ...base, ...fields }) + "\n",
    );
  return { info: log("info"), error: log("error") };
}
