import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const source = resolve(__dirname, "..", "..");

/** Runs a program to its end, and fails with what it printed when that is not a good one. */
export function mustEnd(file: string, args: string[], cwd: string, env = {}): string {
  const { status, stdout, stderr } = spawnSync(file, args, {
    cwd,
    encoding: "utf8",
    env: { ...process.env, ...env },
  });
  if (status === 0) return stdout;
  throw new Error(`${file} ${args.join(" ")}: exit status ${status}\n${stdout}\n${stderr}`);
}

/**
 * An example in a folder of its own, with this package installed from the archive that `npm pack` makes. The
 * other packages are this checkout's, so that no registry is needed; npm finds them in place and keeps what the
 * example asks for.
 */
export class Stranger implements Disposable {
  readonly root = mkdtempSync(join(tmpdir(), "stranger-"));

  constructor(example: string) {
    const from = join(source, "examples", example);
    cpSync(from, this.root, { recursive: true });
    mustEnd("npm", ["pack", "--pack-destination", this.root], source);
    // Hard links are quick; another file system has none.
    const copy = `cp -al "$1" "$2" 2>/dev/null || { rm -rf "$2/node_modules"; cp -a "$1" "$2"; }`;
    mustEnd("sh", ["-c", copy, "-", join(source, "node_modules"), this.root], source);
    // npm must not write into what it finds there.
    for (const file of readdirSync(join(this.root, "node_modules"))) {
      if (file.startsWith(".")) rmSync(join(this.root, "node_modules", file), { recursive: true });
    }
    mustEnd(
      "npm",
      ["install", "--offline", "--ignore-scripts", "--no-audit", "--no-fund"],
      this.root,
    );
  }

  /** Runs one of the installed programs. */
  run(program: string, args: string[], env = {}): string {
    return mustEnd(join(this.root, "node_modules", ".bin", program), args, this.root, env);
  }

  [Symbol.dispose](): void {
    rmSync(this.root, { recursive: true });
  }
}
