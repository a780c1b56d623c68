import assert from "node:assert/strict";
import { askRaw, statusOf } from "../support/haproxy";
import { labClone } from "../support/labClone";
import { labStatus } from "../support/labStatus";
import { COMPLIANT, SEVERE } from "../support/smuggling";

describe("the load balancer takes requests as an ALB does", function () {
  this.timeout("2m");
  let host: string;
  let port: number;

  before(async () => {
    const url = new URL((await labStatus()).localUrl);
    host = url.hostname;
    port = Number(url.port || 80);
  });
  after(() => labClone().run(["heal", "--all"]));

  const status = async (bytes: string) =>
    statusOf(await askRaw(port, Buffer.from(bytes, "latin1"), host));
  const get = (...lines: string[]) =>
    status(["GET /whoami HTTP/1.1", "Host: app.lab", ...lines, "", ""].join("\r\n"));

  it("with headers of 16 kB a line, and of 60 kB in all", async () => {
    assert.equal(await get(`X-Long: ${"a".repeat(16_000)}`), 200);
    assert.equal(await get(`X-Long: ${"a".repeat(17_000)}`), 400);
    const lines = [1, 2, 3, 4].map((number) => `X-Long-${number}: ${"a".repeat(15_000)}`);
    assert.equal(await get(...lines), 200);
    assert.equal(await get(...lines, `X-Long-5: ${"a".repeat(15_000)}`), 400);
  });

  it("forwards what is unusual and clear, and refuses what can be read in two ways", async () => {
    const wrong: string[] = [];
    for (const [what, bytes] of Object.entries(COMPLIANT)) {
      // Of a POST the service says 405: it was forwarded.
      if (![200, 405].includes(await status(bytes))) wrong.push(`refused: ${what}`);
    }
    for (const [what, bytes] of Object.entries(SEVERE)) {
      if (!((await status(bytes)) >= 400) || (await status(bytes)) === 405) {
        wrong.push(`forwarded: ${what}`);
      }
    }
    assert.deepEqual(wrong, []);
  });

  it("waits for a target that is slow, and asks no other one", async () => {
    // Timers of two programs are compared: one may end a little before the other says so.
    const shortest = 2450;
    await labClone().ok(["fault", "app2", "slow=2500ms"]);
    const answers = await Promise.all(
      Array.from({ length: 6 }, async () => {
        const from = performance.now();
        const answer = await askRaw(port, "GET /whoami HTTP/1.1\r\nHost: app.lab\r\n\r\n", host);
        const target = /^x-backend: (\S+)/im.exec(answer)?.[1];
        return { target, status: statusOf(answer), slow: performance.now() - from >= shortest };
      }),
    );
    assert.ok(answers.every((one) => one.status === 200));
    const ofApp2 = answers.filter(({ target }) => target === "app2");
    assert.deepEqual(
      ofApp2.map(({ slow }) => slow),
      [true, true],
    );
    const log = ["exec", "lb", "--", "journalctl", "-t", "haproxy", "-n", "40", "-o", "cat"];
    const { stdout } = await labClone().ok(log);
    const slow = stdout.split("\n").filter((line) => {
      const [, waited] = / app\/app2 \d+\/\d+\/\d+\/(\d+)\//.exec(line) ?? [];
      return Number(waited) >= shortest;
    });
    assert.equal(slow.length, 2, stdout);
    // actconn/feconn/beconn/srv_conn/retries: none.
    for (const line of slow) assert.match(line, / \d+\/\d+\/\d+\/\d+\/0 /);
  });
});
