import { spawn } from "node:child_process";
import { constants } from "node:os";
import { failure } from "../errors";
import { run } from "../os/command";
import { readCt } from "../lxc/configStore";
import type { LxcHost } from "../lxc/lxcHost";
import { isRunning } from "../lxc/processes";
import { parseCall, vmidOf } from "./arguments";

/** Runs a program on this terminal; its exit status passes through, 128 + n for signal n. */
async function passThrough(program: string, args: string[]): Promise<number> {
  const child = spawn(program, args, { stdio: "inherit" });
  // A terminal sends these to the program as well, which decides what they mean.
  for (const signal of ["SIGINT", "SIGQUIT"] as const) process.on(signal, () => undefined);
  for (const signal of ["SIGTERM", "SIGHUP"] as const) process.on(signal, () => child.kill(signal));
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) =>
      resolve(code ?? 128 + (signal ? constants.signals[signal] : 0)),
    );
  });
}

async function requireRunning(host: LxcHost, vmid: number): Promise<void> {
  if (await isRunning(host, vmid)) return;
  await readCt(host, vmid); // a CT that does not exist has another text
  throw failure(`container '${vmid}' not running!`);
}

/** `pct exec VMID [--keep-env 0] -- COMMAND…` */
export async function execCommand(host: LxcHost, args: string[]): Promise<number> {
  const at = args.indexOf("--");
  const call = parseCall(at < 0 ? args : args.slice(0, at), (name) => name === "keep-env");
  const vmid = vmidOf(call.words[0]);
  const command = [...call.words.slice(1), ...(at < 0 ? [] : args.slice(at + 1))];
  if (command.length === 0) throw failure("missing command");
  await requireRunning(host, vmid);
  const environment = call.options.get("keep-env")?.[0] === "0" ? "--clear-env" : "--keep-env";
  return passThrough("lxc-attach", ["-n", String(vmid), environment, "--", ...command]);
}

/** `pct enter VMID`: a shell as root. */
export async function enterCommand(host: LxcHost, args: string[]): Promise<number> {
  const vmid = vmidOf(args[0]);
  await requireRunning(host, vmid);
  return passThrough("lxc-attach", ["-n", String(vmid), "--keep-env"]);
}

/** `pct push VMID FILE DESTINATION [--user U --group G --perms P]` */
export async function pushCommand(host: LxcHost, args: string[]): Promise<number> {
  const call = parseCall(args, () => false);
  const [id, file, destination] = call.words;
  const vmid = vmidOf(id);
  if (!file || !destination) throw failure("400 not enough arguments");
  const prefix = await inCt(host, vmid, "can only push files to a running CT");
  // Everything happens in the CT's own mount namespace: its symbolic links cannot lead out of it.
  await copy(["cat", "--", file], [...prefix, ...writer(destination)]);
  const perms = call.options.get("perms")?.[0];
  const owner = [call.options.get("user")?.[0] ?? "", call.options.get("group")?.[0] ?? ""];
  if (owner.some(Boolean))
    await run(prefix[0]!, [...prefix.slice(1), "chown", "--", owner.join(":"), destination]);
  await run(prefix[0]!, [...prefix.slice(1), "chmod", "--", perms ?? "644", destination]);
  return 0;
}

/** `pct pull VMID SOURCE FILE` */
export async function pullCommand(host: LxcHost, args: string[]): Promise<number> {
  const call = parseCall(args, () => false);
  const [id, source, file] = call.words;
  const vmid = vmidOf(id);
  if (!source || !file) throw failure("400 not enough arguments");
  const prefix = await inCt(host, vmid, "can only pull files from a running CT");
  await copy([...prefix, "cat", "--", source], writer(file));
  const perms = call.options.get("perms")?.[0];
  if (perms) await run("chmod", ["--", perms, file]);
  return 0;
}

const writer = (file: string) => ["sh", "-c", 'cat > "$1"', "sh", file];

/** Words that run a command in a CT, as its root. */
async function inCt(host: LxcHost, vmid: number, notRunning: string): Promise<string[]> {
  await readCt(host, vmid); // a CT that does not exist has another text
  if (!(await isRunning(host, vmid))) throw failure(notRunning);
  return ["lxc-attach", "-n", String(vmid), "--clear-env", "--"];
}

/** Pipes one command's output into another. */
async function copy(from: string[], to: string[]): Promise<void> {
  const source = spawn(from[0]!, from.slice(1), { stdio: ["ignore", "pipe", "inherit"] });
  const sink = spawn(to[0]!, to.slice(1), { stdio: [source.stdout, "ignore", "inherit"] });
  source.stdout.destroy(); // the sink has it now; ours would keep a source whose sink died waiting
  const ends = [source, sink].map(
    (child) =>
      new Promise<number>((resolve, reject) => {
        child.on("error", reject);
        child.on("close", (code) => resolve(code ?? 1));
      }),
  );
  const [read, written] = await Promise.all(ends);
  // A source whose sink fails fails as well.
  if (written !== 0) throw failure(`unable to write '${to.at(-1)}'`);
  if (read !== 0) throw failure(`unable to read '${from.at(-1)}'`);
}
