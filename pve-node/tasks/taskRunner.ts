import * as fs from "node:fs/promises";
import { appendFileSync } from "node:fs";
import { formatUpid, parseUpid } from "../codec/upid";
import type { Identity, TaskLog, TaskRunner } from "../contract";
import type { NodePaths } from "../paths";
import { processAlive, processStart } from "./process";
import { TaskStore } from "./taskStore";

/** Exit status of a task whose process died under it. */
export const INTERRUPTED = "interrupted: the process that ran the task ended";

/** Exit statuses that are kept in memory because their log could not be written. */
const MAX_UNWRITTEN = 1000;

export interface TaskState {
  status: "running" | "stopped";
  exitstatus?: string;
}

interface Running {
  ended: Promise<string>;
  abort: AbortController;
}

/** Runs workers in this process and keeps their logs where Proxmox does. */
export class FileTaskRunner implements TaskRunner {
  readonly store: TaskStore;
  private readonly running = new Map<string, Running>();
  private readonly unwritten = new Map<string, string>();

  constructor(
    private readonly node: string,
    paths: NodePaths,
    private readonly now: () => number = () => Math.floor(Date.now() / 1000),
  ) {
    this.store = new TaskStore(paths);
  }

  async start(
    type: string,
    id: string,
    identity: Identity,
    worker: (log: TaskLog) => Promise<void>,
  ): Promise<string> {
    const upid = await this.newUpid(type, id, identity.authId);
    const abort = new AbortController();
    // The worker must not begin before the caller can find its task.
    const ended = Promise.resolve().then(() => this.run(upid, abort.signal, worker));
    this.running.set(upid, { ended, abort });
    return upid;
  }

  async wait(upid: string): Promise<string> {
    const own = this.running.get(upid);
    if (own) return own.ended;
    while ((await this.state(upid)).status === "running") {
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
    return this.exitStatus(upid);
  }

  /** Running means: its process lives and, where that is this process, its worker has not ended. */
  async state(upid: string): Promise<TaskState> {
    if (this.running.has(upid)) return { status: "running" };
    const task = parseUpid(upid);
    const elsewhere = task !== undefined && task.pid !== process.pid;
    if (elsewhere && (await processAlive(task.pid, task.pstart))) {
      const active = await this.store.active();
      if (active.includes(upid)) return { status: "running" };
    }
    return { status: "stopped", exitstatus: await this.exitStatus(upid) };
  }

  /** Asks a worker to stop; does nothing when it has ended. */
  async stop(upid: string): Promise<void> {
    const own = this.running.get(upid);
    if (own) own.abort.abort(new Error("received interrupt"));
    else if ((await this.state(upid)).status === "running") {
      process.kill(parseUpid(upid)!.pid, "SIGTERM");
    }
  }

  /** Tasks of this process that still run. */
  get runningCount(): number {
    return this.running.size;
  }

  /** Asks all workers of this process to stop and waits for them, at most `milliseconds`. */
  async drain(milliseconds: number): Promise<void> {
    const all = [...this.running.values()];
    for (const { abort } of all) abort.abort(new Error("the node's API is stopping"));
    const late = new Promise((resolve) => setTimeout(resolve, milliseconds).unref());
    await Promise.race([Promise.all(all.map(({ ended }) => ended)), late]);
  }

  /**
   * Closes tasks whose process is gone, so that nobody waits for them.
   * @returns their UPIDs, for those who have to clean up after them
   */
  async recover(): Promise<string[]> {
    const closed: string[] = [];
    for (const upid of await this.store.active()) {
      const task = parseUpid(upid);
      const here = task?.pid === process.pid;
      if (this.running.has(upid)) continue;
      if (task && !here && (await processAlive(task.pid, task.pstart))) continue;
      let status = INTERRUPTED;
      if (await this.store.exists(upid)) {
        status = await this.store.exitStatus(upid);
        if (status === "unexpected status") {
          status = INTERRUPTED;
          // A line that was cut in the middle must not swallow the status line.
          await fs.appendFile(this.store.logFile(upid), `\nTASK ERROR: ${INTERRUPTED}\n`);
        }
      }
      await this.store.end(upid, this.now(), status);
      closed.push(upid);
    }
    await this.store.prune();
    return closed;
  }

  private async newUpid(type: string, id: string, authId: string): Promise<string> {
    const pid = process.pid;
    const pstart = (await processStart(pid)) ?? 0;
    for (;;) {
      const task = { node: this.node, pid, pstart, starttime: this.now(), type, id, authId };
      const upid = formatUpid(task);
      if (await this.store.create(upid)) return upid;
      // All workers share this process, so two equal tasks need different seconds.
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  private async run(
    upid: string,
    signal: AbortSignal,
    worker: (log: TaskLog) => Promise<void>,
  ): Promise<string> {
    const file = this.store.logFile(upid);
    let written = true;
    /** A log that cannot be written, on a full disk, must not end the work that it is about. */
    const write = (text: string) => {
      try {
        appendFileSync(file, `${text}\n`);
      } catch (error) {
        if (written) console.error(`task ${upid}: log not written: ${String(error)}`);
        written = false;
      }
    };
    let warnings = 0;
    const log: TaskLog = {
      signal,
      line: (text) => write(text.replace(/\n$/, "")),
      warn(text) {
        warnings += 1;
        write(`WARN: ${text.replaceAll("\n", " ")}`);
      },
    };
    let status: string;
    try {
      await worker(log);
      status = warnings > 0 ? `WARNINGS: ${warnings}` : "OK";
      write(`TASK ${status}`);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      const [first = "", ...more] = message.trim().split("\n");
      for (const line of more) write(line); // the last line alone tells the status
      status = first || "unknown error";
      write(`TASK ERROR: ${status}`);
    }
    if (!written) this.remember(upid, status);
    await this.store.end(upid, this.now(), status).catch((error: unknown) => {
      console.error(`task ${upid}: not listed as ended: ${String(error)}`);
    });
    this.running.delete(upid);
    return status;
  }

  /** Keeps an exit status that its log does not hold, for as long as this process lives. */
  private remember(upid: string, status: string): void {
    this.unwritten.set(upid, status);
    const [oldest] = this.unwritten.keys();
    if (this.unwritten.size > MAX_UNWRITTEN && oldest !== undefined) this.unwritten.delete(oldest);
  }

  private async exitStatus(upid: string): Promise<string> {
    return this.unwritten.get(upid) ?? this.store.exitStatus(upid);
  }
}
