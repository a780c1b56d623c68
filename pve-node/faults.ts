import { readFileSync, statSync } from "node:fs";

/** Ways in which the node can be told to behave as a busy or broken one does. */
export interface NodeFaults {
  /** Milliseconds that every start of a CT takes longer; its lock is held meanwhile. @default 0 */
  startDelayMs?: number;
  /** Every so many requests one is answered 596, as pveproxy does whose daemon is gone. @default - none */
  everyNth?: number;
  /** Whether it is carried out first: its answer is lost then. @default - by turns */
  cut?: "before" | "after";
  /** Requests that count. @default - all */
  only?: "changes";
}

/**
 * The faults in a file, read anew when it changes: the API server and `pct` are processes of their own.
 *
 * @returns none where the file does not exist or cannot be read as such
 */
export function faultsIn(path: string): () => NodeFaults {
  let seen = "";
  let faults: NodeFaults = {};
  return () => {
    const found = statSync(path, { throwIfNoEntry: false });
    const stamp = found ? `${found.mtimeMs} ${found.size} ${found.ino}` : "";
    if (stamp === seen) return faults;
    seen = stamp;
    faults = found ? parse(path) : {};
    return faults;
  };
}

function parse(path: string): NodeFaults {
  try {
    const read = JSON.parse(readFileSync(path, "utf8")) as NodeFaults;
    return typeof read === "object" && read !== null ? read : {};
  } catch {
    return {}; // half a file, or none any more
  }
}
