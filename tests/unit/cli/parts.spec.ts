import assert from "node:assert/strict";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { summarizeBudget } from "../../../cli/status/budget";
import { parsePctList } from "../../../cli/lab/guests";
import { parseLabs } from "../../../cli/reset/labs";
import { isHealthy, troubles } from "../../../cli/status/labStatus";
import { quoted, sshArgs } from "../../../cli/lab/ssh";
import { withLabLock } from "../../../system/labLock";
import { labPaths } from "../../../system/labPaths";
import { processId } from "../../../system/processes";
import { waitFor } from "../../../system/waitFor";
import { atLeast, judgePlatform, judgeRoom } from "../../../cli/prerequisites/findings";
import { exportLines, pulumiEnvironment } from "../../../cli/stack/environment";
import { outputsOf } from "../../../cli/stack/outputs";
import { addCounts, countsLine, mochaCounts, runCounts } from "../../../cli/testing/counts";

const gib = 1024 ** 3;

describe("ssh", () => {
  it("quotes words for the shell at the other end", () => {
    assert.equal(quoted(["ls", "-l", "a b", "it's"]), `ls -l 'a b' 'it'\\''s'`);
  });

  it("checks host keys and reads no configuration of the user", () => {
    const access = { host: "h", port: 22, user: "root", keyFile: "/k", knownHostsFile: "/a b" };
    const words = sshArgs(access);
    assert.deepEqual(words.slice(0, 6), ["-F", "none", "-i", "/k", "-p", "22"]);
    assert.ok(words.includes('StrictHostKeyChecking="yes"'));
    assert.ok(words.includes('UserKnownHostsFile="/a b"'));
  });
});

describe("guests", () => {
  it("reads pct's list, with and without a lock", () => {
    const text =
      "VMID       Status     Lock         Name\n110  running             lb\n111  stopped  create  app1\n";
    assert.deepEqual(
      [...parsePctList(text)],
      [
        ["lb", 110],
        ["app1", 111],
      ],
    );
  });

  it("sums what they use against the budget", () => {
    const guest = {
      vmid: 110,
      name: "lb",
      mem: 64 * 1024 ** 2,
      maxmem: 256 * 1024 ** 2,
      disk: gib,
      maxdisk: 4 * gib,
    };
    const budget = summarizeBudget([guest, { ...guest, vmid: "150", name: "db" }]);
    assert.deepEqual(budget.memoryMiB, {
      budget: 4096,
      reserved: 896,
      caps: 512,
      used: 128,
      free: 2688,
    });
    assert.deepEqual(budget.diskGiB, { budget: 64, reserved: 20, caps: 8, used: 2, free: 36 });
    const larger = summarizeBudget([guest], { memoryMiB: 8192, diskGiB: 100 });
    assert.deepEqual([larger.memoryMiB.free, larger.diskGiB.free], [7040, 76]);
  });
});

describe("labs", () => {
  it("finds id and checkout of each embedded node, its volume and its LAN, once", () => {
    const lines = [
      "lab-0a1b2c-pve1\t/home/me/lab one",
      "other\t/x",
      "lab-0a1b2c\t/home/me/lab one",
    ];
    const labs = parseLabs(lines.join("\n"), "/c");
    assert.deepEqual(labs, [
      { root: "/home/me/lab one", id: "lab-0a1b2c", state: "/home/me/lab one/.lab", cache: "/c" },
    ]);
  });
});

describe("lab lock", () => {
  const inFolder = async (work: (root: string) => Promise<void>) => {
    const root = mkdtempSync(join(tmpdir(), "homelab-lock-"));
    try {
      await work(root);
    } finally {
      rmSync(root, { recursive: true });
    }
  };

  it("refuses a second command and is given back", () =>
    inFolder(async (root) => {
      const paths = labPaths(root);
      await withLabLock(paths, "up", async () => {
        await assert.rejects(
          withLabLock(paths, "down", () => Promise.resolve()),
          /^Error: lab: \.\/lab up is at work \(pid \d+, since .*\); wait for it to end$/,
        );
      });
      assert.equal(existsSync(join(paths.state, "lock")), false);
    }));

  it("takes over the lock of a process that is gone, also when its pid is used again", () =>
    inFolder(async (root) => {
      const paths = labPaths(root);
      await withLabLock(paths, "up", () => Promise.resolve());
      const stale = { ...processId(), startTime: "1", command: "up", since: "then" };
      writeFileSync(join(paths.state, "lock"), JSON.stringify(stale));
      assert.equal(await withLabLock(paths, "down", () => Promise.resolve(7)), 7);
    }));
});

describe("waitFor", () => {
  it("fails with the number of probes and the last observation", async () => {
    let clock = 0;
    const look = () => Promise.resolve({ seen: `app2 at ${(clock += 1000)}` });
    await assert.rejects(
      waitFor({ what: "targets healthy", seconds: 2, look, everyMs: 0, now: () => clock }),
      { message: "targets healthy: not after 2 s (2 probes, last: app2 at 2000)" },
    );
  });
});

describe("prerequisites", () => {
  it("compares versions by number", () => {
    assert.deepEqual(
      ["20.10.24", "19.3", "26.1.5+dfsg1"].map((version) => atLeast(version, [20, 10])),
      [true, false, true],
    );
  });

  it("judges machine, room and Docker", () => {
    assert.equal(judgePlatform("darwin", "arm64").level, "error");
    assert.equal(judgePlatform("linux", "x64").level, "ok");
    const limits = { supportedGiB: 4, leastGiB: 2, why: "caps", remedy: "end others" };
    const levels = [3.8, 3, 1].map((free) => judgeRoom("memory", free * gib, limits).level);
    assert.deepEqual(levels, ["ok", "warning", "error"]);
  });
});

describe("health of a lab", () => {
  const lab = (app2: string) =>
    ({
      targets: [
        { name: "app1", state: "healthy" },
        { name: "app2", state: app2, reason: "r", detail: "d" },
      ],
      database: { name: "db", state: "available", detail: "" },
    }) as never;

  it("needs every target but those held out on purpose", () => {
    assert.deepEqual([isHealthy(lab("healthy")), isHealthy(lab("draining"))], [true, false]);
    assert.equal(isHealthy(lab("draining"), ["app2"]), true);
    assert.equal(isHealthy(lab("draining"), ["app1"]), false);
    assert.equal(troubles(lab("draining"), ["app1"]), "app2 draining (r: d)");
    assert.equal(troubles(lab("draining"), ["app2"]), "");
  });
});

describe("environment", () => {
  const toolchain = { pulumi: "/c/pulumi", env: { PULUMI_HOME: "/c" }, parts: [] };
  const paths = { root: "/r", id: "lab-000000", state: "/r/.lab", cache: "/c" };

  it("adds the node's CA to the system's certificates, once", () => {
    const node = {
      tokenId: "u@pve!t",
      tokenSecret: "s",
      caFile: "/r/.lab/pve/certs/ca.pem",
    } as never;
    const make = (outer: Record<string, string>) =>
      pulumiEnvironment({ paths, stack: "dev", toolchain, node, outer });
    const first = make({ PULUMI_BACKEND_URL: "s3://x", PULUMI_CONFIG_PASSPHRASE: "p" });
    assert.equal(first.SSL_CERT_DIR, "/etc/ssl/certs:/etc/pki/tls/certs:/r/.lab/pve/certs");
    assert.ok("NODE_USE_SYSTEM_CA" in first && first.NODE_USE_SYSTEM_CA === undefined);
    assert.equal(make({ SSL_CERT_DIR: first.SSL_CERT_DIR }).SSL_CERT_DIR, first.SSL_CERT_DIR);
    assert.equal(first.PULUMI_BACKEND_URL, "file:///r/.lab/pulumi");
    assert.equal(first.PULUMI_CONFIG_PASSPHRASE, undefined);
    assert.equal(first.PROXMOX_VE_API_TOKEN, "u@pve!t=s");
    // Whatever proxies the environment names, Pulumi's own parts are not reached through them.
    assert.match(first.no_grpc_proxy ?? "", /(^|,)127\.0\.0\.1(,|$)/);
  });

  it("leaves a real stack its own backend and passphrase", () => {
    const outer = { PULUMI_BACKEND_URL: "s3://x", PULUMI_CONFIG_PASSPHRASE: "p" };
    const made = pulumiEnvironment({ paths, stack: "home", toolchain, outer });
    assert.equal(made.PULUMI_BACKEND_URL, "s3://x");
    assert.equal("PULUMI_CONFIG_PASSPHRASE_FILE" in made, false);
    assert.equal(made.PULUMI_OPTION_CONFIG_FILE, "/r/Pulumi.home.yaml");
  });

  it("gives the policies the stack's file of settings where there is one", () => {
    const root = mkdtempSync(join(tmpdir(), "homelab-policy-"));
    try {
      const make = () =>
        pulumiEnvironment({ paths: { ...paths, root }, stack: "dev", toolchain, outer: {} });
      assert.equal(make().PULUMI_OPTION_POLICY_PACK_CONFIG, undefined);
      mkdirSync(join(root, "policy"));
      writeFileSync(join(root, "policy", "config.dev.json"), "{}");
      const made = make().PULUMI_OPTION_POLICY_PACK_CONFIG;
      assert.equal(made, join(root, "policy", "config.dev.json"));
    } finally {
      rmSync(root, { recursive: true });
    }
  });

  it("prints lines a shell can evaluate", () => {
    assert.deepEqual(exportLines({ B: "it's", A: undefined }), ["unset A", `export B='it'\\''s'`]);
  });
});

describe("outputs", () => {
  it("are undefined until an up has ended", () => {
    const checkpoint = (outputs: unknown) =>
      JSON.stringify({
        checkpoint: { latest: { resources: [{ type: "pulumi:pulumi:Stack", outputs }] } },
      });
    const whole = { url: "http://x", loadBalancer: {}, targets: [], database: {} };
    assert.deepEqual(outputsOf(checkpoint(whole)), whole);
    assert.equal(outputsOf(checkpoint({})), undefined);
    assert.equal(outputsOf("{}"), undefined);
  });
});

describe("test counts", () => {
  it("name what a run never came to as skipped", () => {
    // Ten tests; six ended, one of them failed and one was pending; a hook failed before the others.
    const counts = runCounts({ passes: 4, failures: 2, pending: 1, tests: 6 }, 10);
    assert.equal(countsLine(counts), "4 passed, 2 failed, 5 skipped");
  });

  it("are summed, and a run that died counts as a failure", () => {
    const died = mochaCounts(undefined, 1);
    const hook = mochaCounts('{"passed":2,"failed":0,"skipped":0}', 7);
    const good = mochaCounts('{"passed":3,"failed":0,"skipped":1}', 0);
    assert.equal(countsLine(addCounts([died, hook, good])), "5 passed, 2 failed, 1 skipped");
  });
});
