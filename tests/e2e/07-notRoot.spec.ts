import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { labPaths } from "../../system/labPaths";
import { cloneAt, freshClone } from "../support/labClone";

const USER = "homelab-e2e";
const HOME = "/tmp/homelab-e2e-user";
const source = resolve(__dirname, "..", "..");

interface Done {
  status: number | null;
  output: string;
}

function must(command: string, ...args: string[]): string {
  const done = spawnSync(command, args, { encoding: "utf8" });
  assert.equal(done.status, 0, `${command} ${args.join(" ")}: ${done.stderr}`);
  return done.stdout;
}

/**
 * Everybody but root is in group docker at most, has a cache and a home of their own, and may have a
 * hardened umask. The toolchain is copied: to build it would take many minutes.
 */
describe("a user who is not root", function () {
  const root = join(HOME, "lab");
  const clone = cloneAt(root);

  before(async function () {
    this.timeout("5m");
    remove();
    must("useradd", "--create-home", "--home-dir", HOME, "--groups", "docker", USER);
    await freshClone(clone);
    cpSync(join(source, "node_modules"), join(root, "node_modules"), {
      recursive: true,
      verbatimSymlinks: true,
    });
    const cache = join(HOME, ".cache", "homelab");
    mkdirSync(cache, { recursive: true });
    for (const part of ["node", "pulumi", "template"]) {
      const from = join(labPaths().cache, part);
      if (existsSync(from)) cpSync(from, join(cache, part), { recursive: true });
    }
    must("chown", "-R", `${USER}:${USER}`, HOME);
    must("chmod", "-R", "go-rwx", HOME);
  });

  after(function () {
    this.timeout("3m");
    asUser(["reset", "--yes"]);
    remove();
  });

  function remove(): void {
    if (spawnSync("id", [USER]).status === 0) must("userdel", USER);
    rmSync(HOME, { recursive: true, force: true });
  }

  /** Runs `./lab …` as the user, with what an ordinary login has. */
  function asUser(args: string[], env: Record<string, string> = {}, seconds = 120): Done {
    const words = args.map((word) => `'${word}'`).join(" ");
    const script = `umask 077; cd '${root}' && exec ./lab ${words}`;
    const given = Object.entries({ HOME, PATH: process.env.PATH ?? "", ...env });
    const call = [
      ...["-u", USER, "--", "env", "-i", ...given.map(([key, value]) => `${key}=${value}`)],
      ...["bash", "-c", script],
    ];
    const done = spawnSync("runuser", call, { encoding: "utf8", timeout: seconds * 1000 });
    return { status: done.status, output: `${done.stdout}${done.stderr}` };
  }

  it("brings a lab up, with a hardened umask", function () {
    this.timeout("12m");
    const up = asUser(["up", "--yes"], {}, 700);
    assert.equal(up.status, 0, up.output.slice(-3000));
  });

  it("finds the targets taking turns", function () {
    const { status, output } = asUser(["verify"]);
    assert.equal(status, 0, output);
  });

  it("previews behind a proxy that the environment names", function () {
    this.timeout("3m");
    const dead = "http://127.0.0.1:9";
    const proxies = { http_proxy: dead, https_proxy: dead, HTTP_PROXY: dead, HTTPS_PROXY: dead };
    const { status, output } = asUser(["preview"], proxies, 170);
    assert.equal(status, 0, output.slice(-3000));
    assert.match(output, /unchanged/);
  });
});
