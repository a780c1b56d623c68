import { spawn } from "node:child_process";
import { existsSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { inPath, installCommand } from "../../system/distribution";
import { run } from "../../system/exec";
import type { LabPaths } from "../../system/labPaths";
import { isRunning, type ProcessId, processId } from "../../system/processes";
import { askDocker } from "./docker";

const startSeconds = 60;
/** Docker gives its containers 15 s to end before it kills them, and some end slowly. */
const stopSeconds = 90;

/** Inside .lab, as all a lab leaves outside of it are caches. */
const logFile = (paths: LabPaths) => join(paths.state, "log", "dockerd.log");

/** Remembers a daemon this lab started, so that tests can end what they started. */
const recordFile = (paths: LabPaths) => join(paths.state, "dockerd.json");

/** Starts Docker's daemon: by systemd where it runs the machine, else as a process of its own. */
export async function startDockerDaemon(paths: LabPaths): Promise<void> {
  let ended = false;
  if (existsSync("/run/systemd/system")) await run("systemctl", ["start", "docker"]);
  else startDetached(paths, () => (ended = true));
  const deadline = Date.now() + startSeconds * 1000;
  for (;;) {
    const answer = await askDocker();
    if (answer.kind === "running") return;
    const why = answer.kind === "unreachable" ? answer.why : answer.kind;
    if (ended) throw new Error(`Docker: dockerd ended at once (${why}); see ${logFile(paths)}`);
    if (Date.now() > deadline) {
      throw new Error(`Docker: not ready after ${startSeconds} s (${why}); see ${logFile(paths)}`);
    }
    await sleep(500);
  }
}

/** @throws when the daemon would end at once for want of a program. */
function startDetached(paths: LabPaths, onEnd: () => void): void {
  if (!inPath("iptables")) {
    throw new Error(
      `Docker: dockerd needs iptables, which is missing; ${installCommand(["iptables"])}`,
    );
  }
  mkdirSync(join(paths.state, "log"), { recursive: true, mode: 0o700 });
  const log = openSync(logFile(paths), "a", 0o640);
  // dockerd calls iptables, which is not on every PATH.
  const PATH = `${process.env.PATH}:/usr/local/sbin:/usr/sbin:/sbin`;
  const child = spawn("dockerd", [], {
    detached: true,
    stdio: ["ignore", log, log],
    env: { ...process.env, PATH },
    cwd: "/",
  });
  child.on("error", onEnd); // the wait for the daemon reports it
  child.on("exit", onEnd);
  child.unref();
  if (child.pid === undefined) return;
  writeFileSync(recordFile(paths), JSON.stringify(processId(child.pid)));
}

/** A daemon that this lab started runs. */
export function startedDaemonRuns(paths: LabPaths): boolean {
  const daemon = startedDaemon(paths);
  return daemon !== undefined && isRunning(daemon);
}

function startedDaemon(paths: LabPaths): ProcessId | undefined {
  const file = recordFile(paths);
  return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as ProcessId) : undefined;
}

/** Ends the daemon this lab started, if it did. Containers it runs end with it. */
export async function stopStartedDaemon(paths: LabPaths): Promise<void> {
  const daemon = startedDaemon(paths);
  if (!daemon) return;
  if (isRunning(daemon)) process.kill(daemon.pid, "SIGTERM");
  const deadline = Date.now() + stopSeconds * 1000;
  while (Date.now() < deadline && isRunning(daemon)) await sleep(250);
  if (isRunning(daemon)) {
    throw new Error(
      `Docker: does not end, got pid ${daemon.pid} still there after ${stopSeconds} s; ` +
        `see ${logFile(paths)}, or end it with kill ${daemon.pid}`,
    );
  }
  rmSync(recordFile(paths), { force: true });
}
