import { mkdir, writeFile } from "node:fs/promises";
import { spawn } from "node:child_process";
import { dirname } from "node:path";
import { readText } from "../os/files";
import { joinCgroupsOf } from "./cgroup";
import { readCt } from "./configStore";
import { hasGuestSetup, setUpForStart, setUpPackages } from "./guest/setup";
import { startErrorFile, type LxcHost } from "./lxcHost";
import { netsOf } from "./lxcConfig";
import { mountVolumes } from "./mounting";

/**
 * What LXC calls before a CT starts and after it stopped, in the mount namespace of its monitor.
 *
 * @param target LXC_TARGET: `stop` or `reboot`.
 * @returns the exit status.
 */
export async function runHook(
  host: LxcHost,
  vmid: number,
  type: string,
  target: string | undefined,
): Promise<number> {
  try {
    if (type === "pre-start") await beforeStart(host, vmid);
    if (type === "post-stop" && target === "reboot") return await startAnew(host, vmid);
    return 0;
  } catch (error) {
    const file = startErrorFile(host, vmid);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, `${(error as Error).message}\n`);
    return 1;
  }
}

async function beforeStart(host: LxcHost, vmid: number): Promise<void> {
  const { options } = (await readCt(host, vmid)).config;
  const guest = await mountVolumes(host, vmid, options);
  if (!hasGuestSetup(options)) return;
  const nets = netsOf(options).map(([, net]) => net);
  const resolver = (await readText(host.paths.resolvConf)) ?? "";
  await setUpForStart(guest, vmid, options, nets, resolver);
  const offline = (await readText(host.paths.packageOffline)) !== undefined;
  await setUpPackages(guest, offline);
}

/**
 * A reboot from inside the CT. LXC by itself would start again with the configuration it has read: the
 * hook's failure makes it stop instead, and a fresh start takes up what was changed meanwhile.
 */
async function startAnew(host: LxcHost, vmid: number): Promise<number> {
  // The monitor's mount namespace and cgroup go with it; what outlives it must be in neither.
  await joinCgroupsOf(1);
  const args = ["--target", "1", "--mount", host.pct, "restart-after-stop", String(vmid)];
  spawn("nsenter", args, { detached: true, stdio: "ignore", cwd: "/" }).unref();
  return 1;
}
