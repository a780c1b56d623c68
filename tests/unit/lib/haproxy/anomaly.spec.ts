import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { TargetGroupOptions } from "../../../../lib/haproxy/albTypes";
import { SHOW_ANOMALIES } from "../../../../lib/haproxy/anomalyScript";
import { configProblems } from "../../../../lib/haproxy/checkAttributes";
import {
  anomalyCommand,
  type LoadBalancerConfig,
  renderConfig,
} from "../../../../lib/haproxy/haproxyConfig";
import {
  askRaw,
  freePort,
  Haproxy,
  hasHaproxy,
  statusOf,
  TestTarget,
} from "../../../support/haproxy";
import { waitUntil } from "../../../support/waitUntil";

const MITIGATED: TargetGroupOptions = { algorithm: "weighted_random", anomalyMitigation: true };

const plain: LoadBalancerConfig = {
  listenerPort: 80,
  statsAddress: "172.20.0.10",
  statsPort: 8404,
  targets: [{ name: "app1", address: "10.10.10.11", port: 3000 }],
  profile: "tuned",
};

describe("anomaly mitigation as an argument", () => {
  it("is off unless it is asked for", () => {
    const given: TargetGroupOptions[] = [{}, { ...MITIGATED, anomalyMitigation: false }];
    for (const targetGroup of given) {
      assert.doesNotMatch(renderConfig({ ...plain, targetGroup }), /lua|weight/);
      assert.equal(anomalyCommand({ ...plain, targetGroup }), "");
    }
  });

  it("loads the program for the groups that have it, and gives their checked targets a full weight", () => {
    const config = {
      ...plain,
      targetGroups: [
        { ...MITIGATED, name: "canary", targets: plain.targets },
        { name: "other", targets: plain.targets },
      ],
    };
    const text = renderConfig(config);
    assert.match(text, /^ {2}lua-load \/etc\/haproxy\/anomaly\.lua$/m);
    assert.match(anomalyCommand(config), /^local GROUPS = \{ "canary" \}$/m);
    const weighted = text.split(/^backend /m).filter((part) => / weight 100 /.test(part));
    assert.deepEqual(
      weighted.map((part) => part.split("\n")[0]),
      ["canary"],
    );
  });

  it("goes with weighted_random and without a slow start only", () => {
    const problems = (targetGroup: TargetGroupOptions) => configProblems({ ...plain, targetGroup });
    assert.deepEqual(problems(MITIGATED), []);
    const alone =
      /^anomalyMitigation goes with weighted_random only, got the algorithm round_robin; /;
    assert.match(problems({ anomalyMitigation: true }).join(), alone);
    assert.match(
      problems({ ...MITIGATED, algorithm: "least_outstanding_requests" }).join(),
      /got the algorithm least_outstanding_requests; /,
    );
    assert.match(
      problems({ ...MITIGATED, slowStartSeconds: 30 }).join(),
      /^anomalyMitigation does not go with slowStartSeconds/,
    );
  });
});

describe("HAProxy mitigates an anomaly", function () {
  this.timeout(60_000);

  before(function () {
    if (hasHaproxy()) return;
    console.log("    skipped: HAProxy is not installed here");
    this.skip();
  });

  /** A process that begins with what the one before it saved, as after a reload, says the same of each weight. */
  async function knowsThemAgain(config: string, listenerPort: number, before: Haproxy) {
    const [states, weights] = [
      await before.admin("show servers state"),
      await before.admin(SHOW_ANOMALIES),
    ];
    const folder = mkdtempSync(join(tmpdir(), "states-"));
    try {
      const port = await freePort();
      const file = join(folder, "states");
      writeFileSync(file, states);
      // Indented otherwise than rendered: tests leave the rendered lines out.
      const text = config
        .replaceAll(`:${listenerPort}`, `:${port}`)
        .replace(/^ {2}server-state-file .*$/m, `    server-state-file ${file}`)
        .replace("  load-server-state-from-file global", "    load-server-state-from-file global")
        .replace(/^ {2}bind 127\.0\.0\.1:\d+$/m, `  bind 127.0.0.1:${await freePort()}`);
      await using after = await Haproxy.start(text, port, (own) =>
        writeFileSync(join(own, "anomalies"), weights),
      );
      await sleep(2500);
      assert.equal(await after.admin(SHOW_ANOMALIES), weights);
    } finally {
      rmSync(folder, { recursive: true });
    }
  }

  it("of a target that answers half of its requests with errors, and leaves an operator's weight", async () => {
    const running: AsyncDisposable[] = [];
    let count = 0;
    let broken = true;
    const targets = [];
    for (const name of ["app1", "app2", "app3"]) {
      const target = await TestTarget.start(({ url }, response) => {
        const fails = name === "app2" && broken && url !== "/healthz" && count++ % 2 === 0;
        response.statusCode = fails ? 500 : 200;
        response.end(name);
      });
      running.push(target);
      targets.push({ name, address: "127.0.0.1", port: target.port });
    }
    const listenerPort = await freePort();
    const statsPort = await freePort();
    const text = renderConfig({
      ...{ listenerPort, statsAddress: "127.0.0.1", statsPort, profile: "tuned", targets },
      targetGroup: MITIGATED,
    });
    const haproxy = await Haproxy.start(text, listenerPort);
    running.push(haproxy);
    const seen: { at: number; status: number; target: string }[] = [];
    let asking = true;
    const ask = async () => {
      while (asking) {
        const answer = await askRaw(listenerPort, "GET / HTTP/1.1\r\nHost: app.lab\r\n\r\n");
        const target = /^x-backend: (\S+)/im.exec(answer)?.[1] ?? "";
        seen.push({ at: performance.now(), status: statusOf(answer), target });
        await sleep(5);
      }
    };
    const clients = [ask(), ask()];
    const lines = async () => (await haproxy.admin(SHOW_ANOMALIES)).trim().split("\n").slice(1);
    const weightIs = (wanted: RegExp, seconds: number) =>
      waitUntil(`a line ${String(wanted)}`, seconds, async () => {
        const all = (await lines()).join("\n");
        return { value: wanted.test(all) || undefined, seen: all };
      });
    try {
      await weightIs(/^app\tapp2\t1\t100\tanomaly\t\d{10}\t\d+\t\d+ % errors$/, 30);
      const from = performance.now();
      await sleep(3000);
      const during = seen.filter(({ at }) => at > from);
      const share = during.filter(({ target }) => target === "app2").length / during.length;
      assert.ok(share < 0.05, `share ${share} of ${during.length}`);

      await haproxy.admin("set weight app/app1 50");
      await weightIs(/^app\tapp1\t50\t100\toperator\t\d{10}\t50\t-$/m, 5);
      await knowsThemAgain(text, listenerPort, haproxy);
      broken = false;
      await weightIs(/^app\tapp2\t(2|4|8)\t100\tanomaly\t/m, 30);
      await haproxy.admin("set weight app/app2 7");
      await weightIs(/^app\tapp2\t7\t100\toperator\t/m, 5);
      await sleep(2500);
      assert.match((await lines()).join("\n"), /^app\tapp2\t7\t100\toperator\t/m);
    } finally {
      asking = false;
      await Promise.all(clients);
      for (const one of running.reverse()) await one[Symbol.asyncDispose]();
    }
  });
});
