import { readFileSync } from "node:fs";

/** A process as a file can remember it: pids are used again, a pid with its start time is not. */
export interface ProcessId {
  pid: number;
  /** Field 22 of `/proc/<pid>/stat`: clock ticks since boot. */
  startTime: string;
}

/** The start time of a running process, or undefined when there is none with that pid. */
export function startTime(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The command's name (field 2) is in parentheses and may hold spaces.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return fields[0] === "Z" ? undefined : fields[19];
  } catch {
    return undefined;
  }
}

export function processId(pid: number = process.pid): ProcessId {
  return { pid, startTime: startTime(pid) ?? "" };
}

export function isRunning({ pid, startTime: remembered }: ProcessId): boolean {
  return startTime(pid) === remembered;
}
