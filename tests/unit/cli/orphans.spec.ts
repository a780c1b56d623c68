import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { endOrphans, orphansOf, type Process } from "../../../cli/stack/orphans";

const root = "/home/me/lab";
const sdk = `${root}/node_modules/@pulumi/pulumi/cmd`;
const of = (
  pid: number,
  parent: number,
  name: string,
  { folder = root, command = `/cache/${name} 127.0.0.1:1` } = {},
): Process => ({ pid, parent, name, folder, command });
const script = (pid: number, parent: number, name: string) =>
  of(pid, parent, "node", { command: `node ${sdk}/${name}/index.js 127.0.0.1:1` });

describe("plugins that outlived their Pulumi", () => {
  it("are those of the checkout whose parent is no Pulumi", () => {
    const processes = [
      of(1, 0, "init", { folder: "/" }),
      of(10, 1, "pulumi"),
      of(11, 10, "pulumi-resource"),
      of(20, 1, "pulumi-resource"),
      of(21, 1, "pulumi-analyzer", { folder: `${root}/policy` }),
      of(30, 1, "pulumi-resource", { folder: "/home/me/lab-two" }),
      of(40, 1, "node"),
      of(50, 10, "node", { command: "node /cache/bin/pulumi-language-nodejs 127.0.0.1:1" }),
      script(51, 50, "run-policy-pack"),
      script(52, 10, "dynamic-provider"),
      script(53, 1, "dynamic-provider"),
      script(54, 1, "run-policy-pack"),
    ];
    assert.deepEqual(
      orphansOf(processes, root).map(({ pid }) => pid),
      [20, 21, 53, 54],
    );
  });

  it("are ended, also one that does not listen, and others are left alone", async () => {
    const folder = mkdtempSync(join(tmpdir(), "homelab-orphans-"));
    const started: ChildProcess[] = [];
    try {
      const plugin = join(folder, "pulumi-resource-x");
      copyFileSync("/bin/bash", plugin);
      const loop = 'trap "" TERM; while :; do read -t 1 <> <(:); done';
      const start = (file: string) =>
        spawn(file, ["-c", loop], { cwd: folder, stdio: ["ignore", "ignore", "ignore"] });
      const stuck = start(plugin);
      const other = start("/bin/bash");
      started.push(stuck, other);
      const ended = new Promise((resolve) => stuck.on("exit", (_code, by) => resolve(by)));
      const said: string[] = [];
      await endOrphans(folder, (text) => said.push(text));
      assert.equal(await ended, "SIGKILL");
      assert.equal(other.exitCode ?? other.signalCode, null);
      assert.deepEqual(said, ["ending 1 plugins of a Pulumi that is gone"]);
    } finally {
      for (const child of started) child.kill("SIGKILL");
      rmSync(folder, { recursive: true });
    }
  });
});
