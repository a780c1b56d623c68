import * as fs from "node:fs/promises";
import { join } from "node:path";
import { parseUpid } from "../codec/upid";
import { exclusive, readText, writeAtomic } from "../os/files";
import { withFileLock } from "../os/fileLock";
import type { NodePaths } from "../paths";

export interface EndedTask {
  upid: string;
  /** Seconds since 1970. */
  endtime: number;
  status: string;
}

/** Enough of a log's end to hold its last line. */
const TAIL_BYTES = 16 * 1024;
/** Ended tasks that are remembered; older ones go with their logs. */
const KEEP = 2000;

/** The files below /var/log/pve/tasks; the API and `pct` write them at the same time. */
export class TaskStore {
  constructor(private readonly paths: NodePaths) {}

  logFile(upid: string): string {
    const digit = parseUpid(upid)?.starttime.toString(16).slice(-1).toUpperCase() ?? "0";
    return join(this.paths.taskDir, digit, upid);
  }

  /** Makes the log file. False when a task with this UPID exists already. */
  async create(upid: string): Promise<boolean> {
    const file = this.logFile(upid);
    await fs.mkdir(join(file, ".."), { recursive: true });
    try {
      await (await fs.open(file, "wx", 0o640)).close();
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
      throw error;
    }
    try {
      await this.changeActive((upids) => [...upids, upid]);
    } catch (error) {
      await fs.rm(file, { force: true });
      throw error;
    }
    return true;
  }

  /** Moves a task from the running to the ended ones. */
  async end(upid: string, endtime: number, status: string): Promise<void> {
    const stamp = endtime.toString(16).toUpperCase().padStart(8, "0");
    await fs.appendFile(this.file("index"), `${upid} ${stamp} ${oneLine(status)}\n`);
    await this.changeActive((upids) => upids.filter((other) => other !== upid));
  }

  async active(): Promise<string[]> {
    const text = (await readText(this.file("active"))) ?? "";
    return text.split("\n").flatMap((line) => line.split(" ", 1)[0] || []);
  }

  /** Ended tasks, newest first. */
  async ended(): Promise<EndedTask[]> {
    const lines = ((await readText(this.file("index"))) ?? "").split("\n");
    return lines
      .flatMap((line) => {
        const [, upid, stamp, status] = /^(UPID:\S+) ([0-9A-F]+) (.*)$/.exec(line) ?? [];
        return upid && stamp ? [{ upid, endtime: parseInt(stamp, 16), status: status ?? "" }] : [];
      })
      .reverse();
  }

  async exists(upid: string): Promise<boolean> {
    return (await this.log(upid)) !== undefined;
  }

  async log(upid: string): Promise<string | undefined> {
    return readText(this.logFile(upid));
  }

  /** What the log's last line says; Proxmox keeps the exit status nowhere else. */
  async exitStatus(upid: string): Promise<string> {
    const file = await fs.open(this.logFile(upid), "r");
    try {
      const { size } = await file.stat();
      const from = Math.max(0, size - TAIL_BYTES);
      const { buffer, bytesRead } = await file.read(Buffer.alloc(TAIL_BYTES), 0, TAIL_BYTES, from);
      const last = buffer.toString("utf8", 0, bytesRead).trimEnd().split("\n").at(-1) ?? "";
      if (last === "TASK OK") return "OK";
      const [, error, warnings] = /^TASK (?:ERROR: (.*)|(WARNINGS: \d+))$/.exec(last) ?? [];
      return error ?? warnings ?? "unexpected status";
    } finally {
      await file.close();
    }
  }

  /** Forgets the oldest ended tasks once there are twice as many as are kept. */
  async prune(): Promise<void> {
    const ended = await this.ended();
    if (ended.length < 2 * KEEP) return;
    const lines = ended.slice(0, KEEP).reverse();
    const text = lines.map(
      (t) => `${t.upid} ${t.endtime.toString(16).toUpperCase()} ${t.status}\n`,
    );
    await writeAtomic(this.file("index"), text.join(""));
    for (const { upid } of ended.slice(KEEP)) await fs.rm(this.logFile(upid), { force: true });
  }

  private file(name: string): string {
    return join(this.paths.taskDir, name);
  }

  private async changeActive(change: (upids: string[]) => string[]): Promise<void> {
    const file = this.file("active");
    await exclusive(file, () =>
      withFileLock(join(this.paths.lockDir, "tasks-active.lock"), 10, async () => {
        const upids = change(await this.active());
        await writeAtomic(file, upids.map((upid) => `${upid} 0\n`).join(""));
      }),
    );
  }
}

const oneLine = (text: string) => text.replaceAll(/\s+/g, " ").trim();
