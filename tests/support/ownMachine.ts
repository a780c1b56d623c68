import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { waitUntil } from "./waitUntil";

/** A machine within this one: its own network, which no route leads out of, and its own Docker without images. */
export interface OwnMachine {
  /** What comes before a command so that it runs there, in a folder. */
  enter(folder: string): string[];
  docker(...args: string[]): string;
  /** Ends its Docker with all that runs in it, and removes what it kept. */
  end(): Promise<void>;
}

/**
 * Makes one; only root can. One of the same name that a killed run left must be ended by hand.
 *
 * @param folder of its own, for Docker's data
 */
export async function ownMachine(name: string, folder: string): Promise<OwnMachine> {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const at = (file: string) => join(folder, file);
  run("ip", "netns", "add", name);
  run("ip", "-n", name, "link", "set", "lo", "up");
  writeFileSync(at("resolv.conf"), "");
  // Its mounts are its own too: the resolver's file, and the socket where every program looks for it.
  const script =
    'mount --bind "$1/resolv.conf" /etc/resolv.conf && exec dockerd --data-root "$1/data" --exec-root "$1/run" ' +
    '--pidfile "$1/pid" --host "unix://$1/docker.sock" --group docker';
  const daemon: ChildProcess = spawn(
    "nsenter",
    [
      ...[`--net=/run/netns/${name}`, "unshare", "--mount", "--propagation", "slave"],
      ...["bash", "-c", script, "bash", folder],
    ],
    { stdio: ["ignore", "ignore", openSync(at("dockerd.log"), "w")] },
  );
  const ended = new Promise<void>((done) => daemon.once("exit", () => done()));
  const pid = () => readFileSync(at("pid"), "utf8").trim();
  const enter = (place: string) => ["nsenter", "-t", pid(), "-n", "-m", `--wd=${place}`];
  const docker = (...args: string[]) => run("docker", "-H", `unix://${at("docker.sock")}`, ...args);
  await waitUntil("Docker of the machine's own", 60, () => {
    try {
      return Promise.resolve({ value: docker("version"), seen: "" });
    } catch (error) {
      return Promise.resolve({ seen: String(error) });
    }
  });
  const [nsenter = "", ...words] = enter("/");
  run(nsenter, ...words, "mount", "--bind", at("docker.sock"), "/run/docker.sock");
  return {
    enter,
    docker,
    async end() {
      daemon.kill("SIGTERM"); // `exec` has made it dockerd itself
      await ended;
      run("ip", "netns", "del", name);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

const run = (command: string, ...args: string[]): string =>
  execFileSync(command, args, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
