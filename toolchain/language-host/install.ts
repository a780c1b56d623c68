import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "./commands";

/** The process that installs a program's npm packages: the locked ones where there is a lock file. */
export function installCommand(directory: string): Command {
  const locked = existsSync(join(directory, "package-lock.json"));
  return {
    file: "npm",
    args: [locked ? "ci" : "install", "--no-fund", "--no-audit"],
    cwd: directory,
    env: process.env,
  };
}
