import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";

const source = resolve(__dirname, "..", "..");

/** What one command of `./lab` did. */
export interface LabResult {
  code: number;
  stdout: string;
  stderr: string;
  seconds: number;
}

/** How one command of `./lab` is run. */
export interface RunOptions {
  /** @default 120 */
  timeoutSeconds?: number;
  stdin?: string;
  /** Added to the environment of the tests. */
  env?: Record<string, string>;
  /** A command that runs `./lab` with the words it is given. @default ["./lab"] */
  command?: string[];
}

/** A clone of this checkout with a lab of its own, so that tests never touch the developer's lab. */
export interface LabClone {
  root: string;
  /** Runs `./lab …`; output is kept, and shown as it comes when `HOMELAB_TEST_VERBOSE` is set. */
  run(args: string[], options?: RunOptions): Promise<LabResult>;
  /** As `run`, but a non-zero exit fails the test with what the command printed. */
  ok(args: string[], options?: RunOptions): Promise<LabResult>;
}

/**
 * The clone every end-to-end file shares; a fixed place, so a run that was killed is found again.
 *
 * The working tree is copied (tracked and new files, nothing ignored): what is tested is what a
 * commit of it would hold.
 */
export function labClone(): LabClone {
  return cloneAt(process.env.HOMELAB_TEST_CLONE ?? "/tmp/homelab-e2e");
}

/** A clone in another place, for what takes more than one. */
export function cloneAt(root: string): LabClone {
  return { root, run: (a, o) => runLab(root, a, o), ok: (a, o) => okLab(root, a, o) };
}

/** Makes the clone anew; a lab that an earlier run left there is removed first. */
export async function freshClone(clone: LabClone = labClone()): Promise<LabClone> {
  // HOMELAB_TEST_CLONE may name this checkout, to run one file against its lab; it is not emptied.
  if (resolve(clone.root) === source) {
    throw new Error(
      `${clone.root}: must not be the checkout the tests run from; name another, or run single files with --no-config`,
    );
  }
  if (existsSync(join(clone.root, "lab"))) await clone.run(["reset", "--yes"]);
  rmSync(clone.root, { recursive: true, force: true });
  mkdirSync(clone.root, { recursive: true });
  const copy = spawnSync(
    "bash",
    [
      "-c",
      'git ls-files -coz --exclude-standard | tar --null -T - -c | tar -x -C "$1"',
      "-",
      clone.root,
    ],
    { cwd: source, encoding: "utf8" },
  );
  if (copy.status !== 0) throw new Error(`${clone.root}: cannot be filled: ${copy.stderr}`);
  return clone;
}

function runLab(
  root: string,
  args: string[],
  { timeoutSeconds = 120, stdin = "", env = {}, command = ["./lab"] }: RunOptions = {},
): Promise<LabResult> {
  const from = Date.now();
  return new Promise((done, fail) => {
    const [program = "./lab", ...words] = command;
    const child = spawn(program, [...words, ...args], {
      cwd: root,
      stdio: ["pipe", "pipe", "pipe"],
      env: { ...process.env, ...env },
    });
    const timer = setTimeout(() => child.kill("SIGTERM"), timeoutSeconds * 1000);
    const text = { stdout: "", stderr: "" };
    for (const name of ["stdout", "stderr"] as const) {
      child[name].setEncoding("utf8").on("data", (chunk: string) => {
        text[name] += chunk;
        if (process.env.HOMELAB_TEST_VERBOSE) process.stderr.write(chunk);
      });
    }
    child.on("error", fail);
    child.on("close", (code, signal) => {
      clearTimeout(timer);
      const seconds = (Date.now() - from) / 1000;
      if (signal) text.stderr += `\nended by ${signal} after ${seconds.toFixed(0)} s`;
      done({ code: code ?? 1, ...text, seconds });
    });
    child.stdin.end(stdin);
  });
}

async function okLab(root: string, args: string[], options?: RunOptions): Promise<LabResult> {
  const result = await runLab(root, args, options);
  if (result.code !== 0) {
    const tail = `${result.stdout}\n${result.stderr}`.trim().split("\n").slice(-60).join("\n");
    throw new Error(`./lab ${args.join(" ")}: exit status ${result.code}\n${tail}`);
  }
  return result;
}
