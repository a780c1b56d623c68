/** Runs shellcheck over every script of ours: `npx tsx tests/support/shellcheckScripts.ts`. */
import { spawnSync } from "node:child_process";
import { allScripts } from "./recordedScripts";

/**
 * Warnings and errors. SC1091: what the node's image sources is not followed. SC2034, SC2154: its parts share
 * variables. SC2317: functions that another part calls. SC2043: a rendered loop may have one word. SC2046: the
 * list of a program's libraries is to be split.
 */
const excluded = "SC1091,SC2034,SC2043,SC2046,SC2154,SC2317";
const flags = ["--severity=warning", `--exclude=${excluded}`, "--shell=bash", "-"];

async function main(): Promise<number> {
  let failed = 0;
  for (const { name, text } of await allScripts()) {
    const { status, stdout } = spawnSync("shellcheck", flags, { input: text, encoding: "utf8" });
    if (status === 0) continue;
    failed++;
    process.stderr.write(`${name}:\n${stdout}\n`);
  }
  return failed === 0 ? 0 : 1;
}

main().then(
  (status) => process.exit(status),
  (error: unknown) => {
    console.error(error);
    process.exit(1);
  },
);
