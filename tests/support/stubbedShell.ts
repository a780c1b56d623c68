import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

export interface StubbedRun {
  code: number | null;
  stdout: string;
  stderr: string;
  /** Calls of the stubs in this run, with their arguments. */
  calls: string[];
}

/** A machine in a folder, on which scripts for CTs really run, with some commands in place of the real ones. */
export interface StubbedShell extends Disposable {
  root: string;
  /** Sets what a command does; its calls are noted. @param text bash, `true` by default */
  stub(command: string, text?: string): void;
  write(path: string, text: string): void;
  read(path: string): string;
  remove(path: string): void;
  run(script: string, stdin?: string): StubbedRun;
}

/** @param paths folders of the machine that stand in the folder instead, such as `/etc/docker` */
export function stubbedShell(paths: string[]): StubbedShell {
  const root = mkdtempSync(join(tmpdir(), "shell-"));
  const bin = join(root, ".bin");
  const log = join(root, ".calls");
  mkdirSync(bin);
  for (const path of paths) mkdirSync(join(root, path), { recursive: true });
  const here = (text: string) =>
    paths.reduce((moved, path) => moved.replaceAll(path, join(root, path)), text);
  return {
    root,
    stub(command, text = "true") {
      const lines = `#!/bin/bash\necho "${command} $*" >> ${log}\n${here(text)}\n`;
      writeFileSync(join(bin, command), lines, { mode: 0o755 });
    },
    write(path, text) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), text);
    },
    read: (path) => readFileSync(join(root, path), "utf8"),
    remove: (path) => rmSync(join(root, path), { force: true }),
    run(script, stdin = "") {
      rmSync(log, { force: true });
      const done = spawnSync("bash", ["--norc", "-c", here(script)], {
        input: stdin,
        encoding: "utf8",
        env: { PATH: `${bin}:${process.env.PATH}` },
        timeout: 20_000,
      });
      const calls = existsSync(log) ? readFileSync(log, "utf8").trim().split("\n") : [];
      return { code: done.status, stdout: done.stdout, stderr: done.stderr, calls };
    },
    [Symbol.dispose]: () => rmSync(root, { recursive: true, force: true }),
  };
}
