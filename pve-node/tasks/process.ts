import { readText } from "../os/files";

/** Start time of a process in the kernel's ticks; `undefined` when there is none with this id. */
export async function processStart(pid: number): Promise<number | undefined> {
  const stat = await readText(`/proc/${pid}/stat`).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ESRCH") return undefined; // it ended between open and read
    throw error;
  });
  // The second field is the program's name in parentheses and may hold blanks.
  const fields = stat?.slice(stat.lastIndexOf(")") + 2).split(" ");
  return fields ? Number(fields[19]) : undefined;
}

/** A process id is used again; together with the start time it is unique. */
export async function processAlive(pid: number, pstart: number): Promise<boolean> {
  return (await processStart(pid)) === pstart;
}
