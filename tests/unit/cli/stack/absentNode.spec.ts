import assert from "node:assert/strict";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { command as pve } from "../../../../cli/commands/pve";
import { command as status } from "../../../../cli/commands/status";
import type { CommandContext } from "../../../../cli/core/command";
import { explainAbsence } from "../../../../cli/stack/absentNode";
import { checkpointFile } from "../../../../cli/stack/outputs";
import type { LabPaths } from "../../../../system/labPaths";
import { engine, writeFakeDocker } from "../../../support/fakeDocker";

describe("an embedded node that is not there", () => {
  const name = "lab-0f0f0f-pve1";
  const cts = ["lb", "app1", "db"];

  it("is told apart by what is left of it, each with what brings it back", () => {
    const said = (container: string | undefined, hasVolume: boolean, left = cts) =>
      explainAbsence(name, { container, hasVolume, cts: left });
    assert.deepEqual(
      [
        said(undefined, false, []),
        said(undefined, false),
        said(undefined, true),
        said("exited", true),
        said("running", true),
      ],
      [
        "embedded node: there is none yet; ./lab up builds it",
        "embedded node: its Docker volume lab-0f0f0f-pve1 is gone, and with it lb, app1, db and the " +
          "database's data; ./lab up builds them anew",
        "embedded node: its container lab-0f0f0f-pve1 is gone; CTs and data are still in the Docker volume " +
          "of that name, and ./lab up starts them again",
        "embedded node: its container lab-0f0f0f-pve1 does not run (exited); ./lab up starts it",
        "embedded node: it runs, but .lab/pve has no whole keys for it; ./lab up makes them again",
      ],
    );
  });

  describe("because Docker was pruned", () => {
    let folder: string;
    let context: CommandContext;
    const { PATH } = process.env;
    const gone = /volume lab-0f0f0f-pve1 is gone, and with it lb, app1, db and the database's data/;

    beforeEach(() => {
      folder = mkdtempSync(join(tmpdir(), "homelab-absent-"));
      const paths: LabPaths = {
        root: folder,
        id: "lab-0f0f0f",
        state: join(folder, ".lab"),
        cache: join(folder, "cache"),
      };
      const resources = cts.map((ct) => ({
        urn: `urn:pulumi:dev::homelab::proxmoxve:index/containerLegacy:ContainerLegacy::${ct}-ct`,
        type: "proxmoxve:index/containerLegacy:ContainerLegacy",
        inputs: { vmId: 110 },
      }));
      mkdirSync(dirname(checkpointFile(paths)), { recursive: true });
      const text = JSON.stringify({ checkpoint: { latest: { resources } } });
      writeFileSync(checkpointFile(paths), text);
      mkdirSync(join(folder, "bin"));
      process.env.PATH = [join(folder, "bin"), PATH].join(delimiter);
      context = {
        paths,
        stack: "dev",
        args: [],
        options: {},
        rest: [],
      } as unknown as CommandContext;
    });
    afterEach(() => {
      process.env.PATH = PATH;
      rmSync(folder, { recursive: true });
    });

    it("is what `status` and `pve info` say, with all that is gone", async () => {
      writeFakeDocker(join(folder, "bin"), {});
      const gone =
        /volume lab-0f0f0f-pve1 is gone, and with it lb, app1, db and the database's data/;
      await assert.rejects(async () => status.run(context), gone);
      await assert.rejects(async () => pve.run({ ...context, args: ["info"] }), gone);
    });

    it("is told by `pve start` before it makes a volume that has none of the CTs", async function () {
      this.timeout("30s");
      const info = { SecurityOptions: [], Name: hostname(), CgroupVersion: "2", MemoryLimit: true };
      writeFakeDocker(join(folder, "bin"), { version: engine(), info });
      const warnings: string[] = [];
      const progress = {
        step: () => Promise.reject(new Error("work began")),
        info: () => undefined,
        warn: (text: string) => void warnings.push(text),
      };
      const start = { ...context, args: ["start"], progress, yes: false };
      await assert.rejects(async () => pve.run(start), /^Error: work began$/);
      assert.match(warnings.join("\n"), gone);
      assert.equal(existsSync(checkpointFile(context.paths)), false);
    });

    it("is not said where Docker itself does not answer", async () => {
      const script = "#!/bin/sh\necho 'Cannot connect to the Docker daemon' >&2; exit 1\n";
      writeFileSync(join(folder, "bin", "docker"), script, { mode: 0o755 });
      await assert.rejects(
        async () => status.run(context),
        /Cannot connect to the Docker daemon; \.\/lab doctor says what to do$/,
      );
    });
  });
});
