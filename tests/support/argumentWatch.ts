import { readdirSync, readFileSync } from "node:fs";

/** Arguments of processes that were seen while it ran, each once. */
export interface ArgumentWatch {
  end(): string[];
}

/**
 * Looks again and again at the arguments of every process of this machine. Those in the embedded node
 * and in its CTs are among them: a container's processes are its machine's.
 */
export function watchArguments(everyMs = 20): ArgumentWatch {
  const seen = new Set<string>();
  const look = () => {
    for (const pid of readdirSync("/proc")) {
      if (!/^\d+$/.test(pid)) continue;
      try {
        seen.add(readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " "));
      } catch {
        continue; // it ended meanwhile
      }
    }
  };
  look();
  const timer = setInterval(look, everyMs);
  return {
    end() {
      clearInterval(timer);
      return [...seen];
    },
  };
}
