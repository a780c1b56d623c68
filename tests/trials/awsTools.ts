import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { exec } from "../../system/exec";
import { parseLogLine } from "../../observer/balancerLog";
import type { LabClone } from "../support/labClone";

/** What the calls were recorded from as well; it is installed for the trial alone. */
const BOTO3 = "boto3==1.44.8";
const SCRIPT = join(__dirname, "awsTools.py");

/** AWS's own library, unmodified, against `./lab aws`. */
export function awsTools(clone: LabClone): void {
  describe("AWS's own tools", function () {
    this.timeout("5m");
    let folder: string;
    let endpoint: ChildProcess;
    let url: string;

    before(async () => {
      folder = mkdtempSync(join(tmpdir(), "boto3-"));
      await succeeds("python3", ["-m", "venv", folder]);
      const pip = ["install", "--quiet", "--disable-pip-version-check", BOTO3];
      await succeeds(join(folder, "bin", "pip"), pip);
      endpoint = spawn("./lab", ["aws"], { cwd: clone.root, detached: true });
      const [said] = (await once(endpoint.stdout!, "data")) as [Buffer];
      url = /^export AWS_ENDPOINT_URL=(\S+)$/m.exec(String(said))![1]!;
    });
    after(async () => {
      if (endpoint?.exitCode === null) {
        process.kill(-endpoint.pid!, "SIGINT");
        await once(endpoint, "exit");
      }
      rmSync(folder, { recursive: true, force: true });
    });

    const boto3 = async (...words: string[]): Promise<unknown> => {
      const env = {
        ...process.env,
        ...{ AWS_ACCESS_KEY_ID: "lab", AWS_SECRET_ACCESS_KEY: "lab" },
        ...{ AWS_DEFAULT_REGION: "eu-central-1", AWS_ENDPOINT_URL: url },
      };
      const python = join(folder, "bin", "python");
      return JSON.parse(await succeeds(python, [SCRIPT, ...words], env)) as unknown;
    };

    it("reads everything, and is refused what changes the lab", async () => {
      await clone.ok(["verify"]);
      const found = (await boto3("calls")) as Record<string, unknown>;
      const { metrics, requests, ...rest } = found;
      assert.deepEqual(rest, {
        account: "000000000000",
        states: Object.fromEntries([1, 2, 3].map((n) => [`i-0000000000000011${n}`, "healthy"])),
        ...{ rules: 1, attributes: 10, groupAttributes: 8, tags: 2, subnets: 2, vpcs: 1 },
        instances: ["10.10.10.11", "10.10.10.12", "10.10.10.13"],
        groups: ["bastion", "loadBalancer", "app", "database"],
        database: "available",
        refused: [
          ...["LoadBalancerNotFound", "InvalidAction", "InvalidParameterValue"],
          ...["InvalidAction", "DBInstanceNotFound", "InvalidAction"],
        ],
      });
      for (const name of ["RequestCount", "HealthyHostCount", "CPUUtilization"]) {
        assert.ok((metrics as string[]).includes(name), `${name} in ${String(metrics)}`);
      }
      const [points, data] = requests as [number, number];
      assert.ok(points >= 12, `${points} requests`);
      assert.equal(data, points);
    });

    it("sees a target unhealthy within a second of HAProxy", async () => {
      const from = Date.now();
      const seen = boto3("watch", "i-00000000000000112");
      await clone.ok(["fault", "app2", "kill"]);
      const seenAt = Number(await seen) * 1000;
      await clone.ok(["heal", "app2"]);
      const words = ["journalctl", "-u", "haproxy", "-o", "short-unix", "--no-pager", "-n", "5000"];
      const { stdout } = await clone.ok(["exec", "lb", "--", ...words]);
      const events = stdout.split("\n").flatMap((line) => parseLogLine(line) ?? []);
      const down = events.find(
        ({ kind, target, at }) => kind === "down" && target === "app2" && at > from,
      );
      assert.ok(down, "HAProxy's log says when app2 went down");
      assert.ok(seenAt - down.at < 1000, `seen ${Math.round(seenAt - down.at)} ms later`);
    });
  });
}

async function succeeds(
  program: string,
  words: string[],
  env: NodeJS.ProcessEnv = process.env,
): Promise<string> {
  const { code, stdout, stderr } = await exec(program, words, { env, timeoutMs: 240_000 });
  assert.equal(code, 0, `${program} ${words.join(" ")}: ${stderr}`);
  return stdout;
}
