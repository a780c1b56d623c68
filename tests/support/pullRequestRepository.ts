import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Edit, PullRequestCase } from "../trials/pullRequestCases";

const source = resolve(__dirname, "..", "..");

/** Runs Git as somebody with a name, and with nobody's settings. */
export function git(folder: string, ...args: string[]): string {
  const who = { GIT_AUTHOR_NAME: "Test", GIT_AUTHOR_EMAIL: "test@localhost" };
  const env = {
    ...process.env,
    ...who,
    GIT_COMMITTER_NAME: "Test",
    GIT_COMMITTER_EMAIL: "test@localhost",
    GIT_CONFIG_GLOBAL: "/dev/null",
  };
  const { status, stdout, stderr } = spawnSync("git", args, { cwd: folder, env, encoding: "utf8" });
  assert.equal(status, 0, `git ${args.join(" ")}: ${stderr}`);
  return stdout;
}

/** Applies edits; each must fit exactly once, so that none is lost when the file changes. */
export function applyEdits(folder: string, edits: readonly Edit[]): void {
  for (const { file, from, to } of edits) {
    const path = join(folder, file);
    const text = readFileSync(path, "utf8");
    assert.equal(text.split(from).length, 2, `${file}: must have ${JSON.stringify(from)} once`);
    writeFileSync(
      path,
      text.replace(from, () => to),
    );
  }
}

/** A repository with this working tree as `main`, changed by `base`, and a branch for each change. */
export function pullRequestRepository(
  folder: string,
  base: readonly Edit[],
  changes: readonly PullRequestCase[],
): void {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const copy = 'git ls-files -coz --exclude-standard | tar --null -T - -c | tar -x -C "$1"';
  const { status, stderr } = spawnSync("bash", ["-c", copy, "-", folder], {
    cwd: source,
    encoding: "utf8",
  });
  assert.equal(status, 0, stderr);
  git(folder, "init", "--quiet", "--initial-branch=main");
  applyEdits(folder, base);
  git(folder, "add", "--all");
  git(folder, "commit", "--quiet", "--message=base");
  for (const { name, edits } of changes) {
    git(folder, "switch", "--quiet", "--create", name, "main");
    applyEdits(folder, edits);
    git(folder, "commit", "--quiet", "--all", `--message=${name}`);
  }
  git(folder, "switch", "--quiet", "main");
}
