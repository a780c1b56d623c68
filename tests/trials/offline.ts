import assert from "node:assert/strict";
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { freshClone, type LabClone, type LabResult } from "../support/labClone";
import { type OwnMachine, ownMachine } from "../support/ownMachine";

/** Takes a lab's cache to a machine without any network, brings a lab up there, and loses it to a prune. */
export function offline(from: LabClone, clone: LabClone): void {
  describe("a machine without a network", function () {
    const home = `${clone.root}-home`;
    const file = join(home, "lab.tar");
    let machine: OwnMachine;

    const lab = (args: string[], timeoutSeconds = 100): Promise<LabResult> =>
      clone.run(args, {
        timeoutSeconds,
        command: [...machine.enter(clone.root), "./lab"],
        env: { HOME: home, HOMELAB_CACHE: join(home, "cache") },
      });
    async function ok(args: string[], timeoutSeconds?: number): Promise<LabResult> {
      const result = await lab(args, timeoutSeconds);
      assert.equal(result.code, 0, `./lab ${args.join(" ")}:\n${result.stdout}${result.stderr}`);
      return result;
    }
    async function refused(args: string[], withinSeconds: number): Promise<string> {
      const { code, stderr, seconds } = await lab(args);
      assert.equal(code, 1, stderr);
      assert.ok(seconds < withinSeconds, `./lab ${args.join(" ")} took ${seconds} s`);
      return stderr;
    }

    before(async function () {
      this.timeout("5m");
      rmSync(home, { recursive: true, force: true });
      mkdirSync(home, { recursive: true });
      await freshClone(clone);
      await from.ok(["cache", "export", file], { timeoutSeconds: 280 });
      machine = await ownMachine("homelab-offline", `${clone.root}-machine`);
    });
    after(async function () {
      this.timeout("3m");
      await machine.end();
      for (const folder of [home, clone.root]) rmSync(folder, { recursive: true, force: true });
    });

    it("is told at once what brings what is missing", async function () {
      this.timeout("2m");
      assert.match(await refused(["up", "--yes"], 30), /\.\/lab cache import FILE/);
    });

    it("has a lab from one file", async function () {
      this.timeout("20m");
      await ok(["cache", "import", file], 280);
      const up = await ok(["up", "--yes"], 900);
      console.log(`      up: ${up.seconds.toFixed(0)} s`);
      await ok(["verify"]);
    });

    it("loses it to `docker system prune`, is told so, and has it again from the file", async function () {
      this.timeout("25m");
      for (const container of machine.docker("ps", "--quiet").split("\n").filter(Boolean))
        machine.docker("stop", "--time", "60", container);
      machine.docker("system", "prune", "--all", "--force", "--volumes");
      const lost = /Docker volume \S+ is gone, and with it .*app1.*and the database's data/;
      assert.match(await refused(["status"], 10), lost);
      assert.match(await refused(["up", "--yes"], 10), /system image.*\.\/lab cache import FILE/s);
      await ok(["cache", "import", file], 280);
      assert.match((await ok(["up", "--yes"], 900)).stderr, lost);
      await ok(["verify"]);
    });
  });
}
