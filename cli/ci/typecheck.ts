import { existsSync } from "node:fs";
import { join } from "node:path";
import { exec } from "../../system/exec";
import type { Problem } from "./report";
import { runChild } from "./children";

/** Errors with these numbers are about how the text is written; all others are about types. */
const SYNTAX = /error TS1\d{3}:/;

/** Most lines of the compiler that are kept. */
const MOST_LINES = 60;

/** What the compiler says of a tree; undefined where it finds nothing. */
export async function typecheck(
  folder: string,
  env: Record<string, string | undefined>,
  signal: AbortSignal,
): Promise<Problem | undefined> {
  const compiler = join(folder, "node_modules", "typescript", "bin", "tsc");
  const args = [compiler, "-p", ".", "--noEmit", "--pretty", "false"];
  const { code, stdout, stderr } = await runChild(process.execPath, args, {
    ...{ cwd: folder, env, signal },
  });
  return code === 0 ? undefined : compilerProblem(`${stdout}${stderr}`);
}

/** The compiler's words as a problem of the change. */
export function compilerProblem(output: string): Problem {
  const lines = output.trim().split("\n");
  const errors = lines.filter((line) => /error TS\d+:/.test(line));
  const kind = errors.some((line) => SYNTAX.test(line)) ? "syntax error" : "type error";
  const [first] = errors;
  const more = lines.length > MOST_LINES ? [`… ${lines.length - MOST_LINES} more lines`] : [];
  return {
    at: "typecheck",
    title: first
      ? `The change has a ${kind}; nothing was deployed.`
      : "The compiler cannot read the change; nothing was deployed.",
    text: [...lines.slice(0, MOST_LINES), ...more].join("\n"),
  };
}

/** Installs the packages of a tree's lockfile, as its `./lab` does. @throws with npm's words */
export async function installPackages(
  folder: string,
  env: Record<string, string | undefined>,
  signal: AbortSignal,
): Promise<void> {
  const front = join(folder, "lab");
  if (!existsSync(front)) throw new Error(`${folder}: has no ./lab`);
  const { code, stderr } = await runChild("bash", [front, "--version"], {
    ...{ cwd: folder, env, signal },
  });
  if (code !== 0) throw new Error(stderr.trim().split("\n").slice(-10).join("\n"));
}

/** Whether Git is there at all, before anything else is begun. */
export async function requireGit(repository: string): Promise<void> {
  const { code } = await exec("git", ["-C", repository, "rev-parse", "--git-dir"]).catch(() => ({
    code: 1,
  }));
  if (code === 0) return;
  throw new Error(
    `${repository}: is no Git repository, or git is missing; run this in a clone, with git installed`,
  );
}
