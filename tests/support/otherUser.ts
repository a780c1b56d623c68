import { execFileSync, spawn } from "node:child_process";
import { cpSync, existsSync, mkdirSync, rmSync } from "node:fs";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { cloneAt, freshClone, type LabResult } from "./labClone";

/** A user of this machine who is not root, in the group that may use Docker, with a checkout. */
export interface OtherUser {
  name: string;
  home: string;
  /** Has a space in its path, and files that only the user can read. */
  checkout: string;
  /** Runs `./lab …` as that user, with umask 077. */
  lab(args: string[], options: CallOptions): Promise<LabResult>;
}

interface CallOptions {
  timeoutSeconds: number;
  /** Added to what a plain login has. */
  env?: Record<string, string>;
}

/** Parts of the cache that a lab would take long to make; the rest is made on the way. */
const cached = ["apt", "node", "pulumi", "template"];

/** Makes the user; one that a killed run left is removed first. Only root can do that. */
export async function makeUser(name: string): Promise<OtherUser> {
  await removeUser(name);
  // Debian's name for the group; it is the one that /var/run/docker.sock belongs to.
  run("useradd", "--create-home", "--shell", "/bin/bash", "--groups", "docker", name);
  const home = `/home/${name}`;
  const checkout = checkoutOf(name);
  await freshClone(cloneAt(checkout));
  const packages = join(resolve(__dirname, "..", ".."), "node_modules");
  cpSync(packages, join(checkout, "node_modules"), { recursive: true, verbatimSymlinks: true });
  const from = process.env.HOMELAB_CACHE ?? join(homedir(), ".cache", "homelab");
  const to = join(home, ".cache", "homelab");
  mkdirSync(to, { recursive: true });
  for (const part of cached)
    if (existsSync(join(from, part))) run("cp", "-a", join(from, part), join(to, part));
  run("chown", "-R", `${name}:${name}`, home);
  run("chmod", "-R", "go=", home);
  return { name, home, checkout, lab: (args, options) => labAs(name, args, options) };
}

/** Removes the user with the home folder, and the lab if there still is one. */
export async function removeUser(name: string): Promise<void> {
  const checkout = checkoutOf(name);
  if (existsSync(join(checkout, ".lab"))) await cloneAt(checkout).run(["reset", "--yes"]);
  try {
    run("id", name);
  } catch {
    return;
  }
  run("userdel", name);
  rmSync(`/home/${name}`, { recursive: true, force: true });
}

const checkoutOf = (name: string) => `/home/${name}/my lab`;

const run = (command: string, ...args: string[]) =>
  execFileSync(command, args, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });

function labAs(
  name: string,
  args: string[],
  { timeoutSeconds, env = {} }: CallOptions,
): Promise<LabResult> {
  const from = Date.now();
  const as = ["--reuid", name, "--regid", name, "--init-groups"];
  const call = ["sh", "-c", 'umask 077; exec ./lab "$@"', "sh", ...args];
  return new Promise((done, fail) => {
    const child = spawn("setpriv", [...as, ...call], {
      cwd: checkoutOf(name),
      stdio: ["ignore", "pipe", "pipe"],
      env: { PATH: "/usr/bin:/bin", HOME: `/home/${name}`, USER: name, ...env },
    });
    const timer = setTimeout(() => child.kill("SIGTERM"), timeoutSeconds * 1000);
    const text = { stdout: "", stderr: "" };
    for (const stream of ["stdout", "stderr"] as const)
      child[stream].setEncoding("utf8").on("data", (chunk: string) => {
        text[stream] += chunk;
        if (process.env.HOMELAB_TEST_VERBOSE) process.stderr.write(chunk);
      });
    child.on("error", fail);
    child.on("close", (code) => {
      clearTimeout(timer);
      done({ code: code ?? 1, ...text, seconds: (Date.now() - from) / 1000 });
    });
  });
}
