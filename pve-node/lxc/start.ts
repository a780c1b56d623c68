import { existsSync } from "node:fs";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { withPending, type CtConfig } from "../codec/ctConfig";
import { readText } from "../os/files";
import { failure } from "../errors";
import type { TaskLog } from "../contract";
import {
  availableCpuList,
  cgroupVersion,
  hasSwapAccounting,
  limitsNotInForce,
  removeStaleCgroups,
} from "./cgroup";
import { parseCpuList } from "./cgroupKeys";
import { execute } from "../os/command";
import { readCt, refuseLocked, withConfigLock, writeCt } from "./configStore";
import { growIfImageGrew, loopDevicesOf } from "./disks";
import {
  lxcDirectory,
  lxcLogFile,
  rootfsDirectory,
  startErrorFile,
  vethName,
  type LxcHost,
} from "./lxcHost";
import {
  generateLxcConfig,
  generateSeccompProfile,
  netsOf,
  wantedLimits,
  type LxcConfigContext,
} from "./lxcConfig";
import { initPid, isRunning, staysAlive } from "./processes";
import { mountedVolumes } from "./volumes";
import { volumePath } from "./storages";
import { faultsIn } from "../faults";
import { waitFor } from "./waitFor";

/** How long a CT that stops may take to let go of its disk. */
const releaseSeconds = 20;

/**
 * Starts a CT: applies pending changes, writes LXC's configuration anew, and fails unless the CT runs
 * with its limits in force.
 */
export async function startCt(host: LxcHost, vmid: number, log: TaskLog): Promise<void> {
  await withConfigLock(host, vmid, async () => {
    const { config } = await readCt(host, vmid);
    refuseLocked(config);
    if (config.options.template === "1") throw failure("you can't start a CT if it's a template");
    if (await isRunning(host, vmid)) throw failure(`CT ${vmid} already running`);
    const current = withPending(config);
    if (JSON.stringify(current) !== JSON.stringify(config)) await writeCt(host, vmid, current);
    const context = await prepare(host, vmid, current, log);
    const { startDelayMs = 0 } = faultsIn(host.paths.faults)();
    if (startDelayMs > 0) await delay(startDelayMs, log.signal);
    if (log.signal.aborted) throw new Error("received interrupt");
    await launch(host, vmid, current.options);
    if (log.signal.aborted) {
      await execute("lxc-stop", ["-n", String(vmid), "--kill"]);
      await disksFree(host, current.options);
      throw new Error("received interrupt");
    }
    const wrong = await limitsNotInForce(vmid, wantedLimits(current, context));
    if (wrong.length > 0) {
      await execute("lxc-stop", ["-n", String(vmid), "--kill"]);
      throw new Error(`CT ${vmid}: limits are not in force: ${wrong.join("; ")}; it was stopped`);
    }
  });
}

/** Ends early when somebody stops the task. */
async function delay(milliseconds: number, signal: AbortSignal): Promise<void> {
  await sleep(milliseconds, undefined, { signal }).catch(() => undefined);
}

async function prepare(
  host: LxcHost,
  vmid: number,
  config: CtConfig,
  log: TaskLog,
): Promise<LxcConfigContext> {
  const { options } = config;
  await readyDisks(host, vmid, options);
  await removeStaleCgroups(vmid);
  const version = cgroupVersion();
  const directory = lxcDirectory(host, vmid);
  const context: LxcConfigContext = {
    vmid,
    cgroupVersion: version,
    cpus: parseCpuList(await availableCpuList(version)),
    rootfs: rootfsDirectory(host, vmid),
    hook: host.pct,
    bridgeMtu: await bridgeMtus(options),
    vethName: (index) => vethName(vmid, index),
    swapAccounting: hasSwapAccounting(version),
    seccompProfile: join(directory, "rules.seccomp"),
  };
  await mkdir(context.rootfs, { recursive: true });
  if (options.unprivileged === "1")
    await writeFile(context.seccompProfile, generateSeccompProfile(options));
  const text = generateLxcConfig(config, context, (what) => log.warn(what));
  await writeFile(join(directory, "config"), text, { mode: 0o640 });
  return context;
}

/** Two loop devices on one image would destroy its file system. */
async function readyDisks(host: LxcHost, vmid: number, options: Record<string, string>) {
  for (const volid of mountedVolumes(options)) {
    const image = await volumePath(host, volid);
    if (!existsSync(image)) throw new Error(`volume '${volid}' does not exist`);
    const free = await waitFor(
      async () => (await loopDevicesOf(image)).length === 0,
      releaseSeconds,
    );
    if (!free) {
      const held = (await loopDevicesOf(image)).join(" ");
      throw new Error(`CT ${vmid}: disk '${volid}' is still in use by ${held}`);
    }
    await growIfImageGrew(image);
  }
}

/** @throws with Proxmox's text when a bridge is missing, or smaller than what the CT asks for. */
async function bridgeMtus(options: Record<string, string>): Promise<Record<string, number>> {
  const result: Record<string, number> = {};
  for (const [index, net] of netsOf(options)) {
    for (const key of ["tag", "trunks", "rate"] as const)
      if (net[key] !== undefined)
        throw new Error(`net${index}: '${key}' is not available on this node; remove it`);
    if (!net.bridge) continue;
    const device = `/sys/class/net/${net.bridge}`;
    if (!existsSync(`${device}/bridge`)) throw new Error(`bridge '${net.bridge}' does not exist`);
    const mtu = Number(await readFile(`${device}/mtu`, "utf8"));
    if (net.mtu !== undefined && Number(net.mtu) > mtu)
      throw new Error(`net${index}: MTU size '${net.mtu}' is bigger than bridge MTU '${mtu}'`);
    result[net.bridge] = mtu;
  }
  return result;
}

/**
 * How long a CT must have run to count as started. LXC reports success once init was executed; an
 * init that cannot work ends within tenths of a second.
 */
const provenMs = 1000;

async function launch(host: LxcHost, vmid: number, options: Record<string, string>): Promise<void> {
  const errorFile = startErrorFile(host, vmid);
  const logFile = lxcLogFile(host, vmid);
  await mkdir(dirname(logFile), { recursive: true });
  for (const file of [errorFile, logFile]) await rm(file, { force: true });
  // LXC logs how init ended at the level DEBUG only.
  const args = ["-d", "-n", String(vmid), "-l", "DEBUG", "-o", logFile];
  const result = await execute("lxc-start", args);
  if (result.code === 0 && (await isRunning(host, vmid))) {
    const pid = await initPid(vmid);
    if (pid !== undefined && (await staysAlive(pid, provenMs))) return;
    const left = await waitFor(async () => !(await isRunning(host, vmid)), releaseSeconds);
    await disksFree(host, options);
    const state = left ? "stopped" : "has no init";
    const log = lastLines(await readText(logFile), /ERROR|WARN|NOTICE|init|halting|seccomp policy/);
    throw new Error(`CT ${vmid}: ${state} right after its start; the end of LXC's log:\n${log}`);
  }
  const said = [await readText(errorFile), lastLines(await readText(logFile)), result.stderr];
  const reason = said.find((text) => text?.trim())?.trim();
  throw new Error(`startup for container '${vmid}' failed${reason ? `\n${reason}` : ""}`);
}

/** Waits until a CT that ended has let go of its disks. */
async function disksFree(host: LxcHost, options: Record<string, string>): Promise<void> {
  for (const volid of mountedVolumes(options)) {
    const image = await volumePath(host, volid);
    await waitFor(async () => (await loopDevicesOf(image)).length === 0, releaseSeconds, 50);
  }
}

const lastLines = (text: string | undefined, worth = /\b(?:ERROR|WARN)\b/) =>
  text
    ?.split("\n")
    .filter((line) => worth.test(line))
    .slice(-8)
    .join("\n");
