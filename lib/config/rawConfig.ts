/** Configuration as it is stored: values by key, without the namespace; lists are JSON text. */
export type RawConfig = Record<string, string>;
