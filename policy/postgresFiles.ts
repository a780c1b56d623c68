import type { Host } from "./script/shellEffects";

export interface PostgresSetting {
  file: string;
  key: string;
  /** Without its quotes. */
  value: string;
}

const SETTINGS = /^\/etc\/postgresql\/.*\.conf$|postgresql(\.auto)?\.conf$/;
const OTHER = /pg_(hba|ident)\.conf$/;

/** Settings in the files of PostgreSQL that scripts write, in their order. */
export function postgresSettings(host: Host): PostgresSetting[] {
  const files = [...host.files].filter(([path]) => SETTINGS.test(path) && !OTHER.test(path));
  return files.flatMap(([file, text]) =>
    text.split("\n").flatMap((line) => {
      const [, key, value = ""] =
        /^\s*(\w[\w.]*)\s*=?\s*(.*?)\s*$/.exec(line.replace(/(^|\s)#.*$/, "")) ?? [];
      if (key === undefined) return [];
      return [{ file, key: key.toLowerCase(), value: value.replace(/^'(.*)'$/, "$1") }];
    }),
  );
}
