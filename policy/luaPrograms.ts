import { createHash } from "node:crypto";

/**
 * The programs in Lua that HAProxy may load, by where they are: SHA-256 of the text without its list of target groups.
 * What a program does cannot be told from its text, so these were read by people. Tests compare them with what the
 * stack installs.
 */
const JUDGED: Record<string, string> = {
  "/etc/haproxy/anomaly.lua": "e9048d11a2921c27bf467abbb807aa8ea51d5b54212ec526cce5d72f1c053fb8",
};
/** Names of target groups alone: no text of a program fits into them. */
const GROUPS = /^local GROUPS = \{ (?:"[a-z][a-z0-9-]{0,31}"(?:, (?="))?)*\s*\}$/m;

/** True for a line that has HAProxy load a program which is known, as the stack's scripts leave it in the CT. */
export function loadsKnownProgram(line: readonly string[], files: ReadonlyMap<string, string>) {
  const [word, path = ""] = line;
  const text = files.get(path);
  if (word !== "lua-load" || line.length !== 2 || text === undefined) return false;
  const program = text.replace(GROUPS, "local GROUPS = {  }");
  return createHash("sha256").update(program).digest("hex") === JUDGED[path];
}
