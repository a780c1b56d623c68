import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { makeUser, type OtherUser, removeUser } from "../support/otherUser";

const name = "homelab-e2e-user";

/** Two nodes instead of three: what root's lab showed is not shown again. */
function shrink(file: string): void {
  const text = readFileSync(file, "utf8");
  const two = text.replace("appNodeCount: 3", "appNodeCount: 2").replace(/ +- fuse-.*\n/, "");
  assert.notEqual(two, text);
  writeFileSync(file, two);
}

// For any other user all the other files have shown it: this one makes a user, which root alone can.
const isRoot = process.getuid?.() === 0;

if (isRoot)
  describe("a user who is not root", function () {
    let user: OtherUser;
    const ok = async (args: string[], timeoutSeconds: number, env: Record<string, string> = {}) => {
      const result = await user.lab(args, { timeoutSeconds, env });
      assert.equal(result.code, 0, `./lab ${args.join(" ")}:\n${result.stdout}${result.stderr}`);
      return result;
    };

    before(async function () {
      this.timeout("5m");
      user = await makeUser(name);
      shrink(join(user.checkout, "Pulumi.dev.yaml"));
    });
    after(async function () {
      this.timeout("5m");
      await removeUser(name);
    });

    it("brings the lab up with umask 077 and a space in the checkout's path", async function () {
      this.timeout("20m");
      const up = await ok(["up", "--yes"], 1190);
      assert.match(up.stdout + up.stderr, /http:\/\/localhost:\d+/);
      console.log(`      up: ${up.seconds.toFixed(0)} s`);
    });

    it("finds an even load balancer", async function () {
      await ok(["verify"], 110);
    });

    it("previews behind a proxy that is not asked for what is on this machine", async function () {
      this.timeout("3m");
      const dead = "http://127.0.0.1:9"; // nobody listens there
      const env = { http_proxy: dead, https_proxy: dead, HTTP_PROXY: dead, HTTPS_PROXY: dead };
      const preview = await ok(["preview"], 170, env);
      assert.match(preview.stdout + preview.stderr, /unchanged/);
    });

    it("removes it, and leaves no file of another user in the home folder", async function () {
      this.timeout("5m");
      await ok(["reset", "--yes"], 280);
      const label = ["--filter", `label=homelab.checkout=${user.checkout}`];
      for (const list of [
        ["ps", "-aq"],
        ["network", "ls", "-q"],
        ["volume", "ls", "-q"],
      ])
        assert.equal(execFileSync("docker", [...list, ...label], { encoding: "utf8" }), "");
      assert.equal(existsSync(join(user.checkout, ".lab")), false);
      const foreign = ["find", user.home, "!", "-user", name];
      assert.equal(execFileSync(foreign[0]!, foreign.slice(1), { encoding: "utf8" }), "");
    });
  });
