import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { labClone } from "../support/labClone";
import { labStatus, targetIs } from "../support/labStatus";
import { waitUntil } from "../support/waitUntil";

interface Account {
  sent: number;
  ok: number;
  failed: number;
  pending: number;
}

/** One answer of the load balancer, as a client sees it. */
interface Answer {
  status: number;
  target: string;
  ms: number;
  body: { database?: string };
}

/** Asks again and again, one after the other, so that targets take turns. */
async function ask(path: string, times: number): Promise<Answer[]> {
  const { localUrl } = await labStatus();
  const answers: Answer[] = [];
  for (let i = 0; i < times; i++) {
    const from = performance.now();
    const headers = { accept: "application/json", connection: "close" };
    const answer = await fetch(new URL(path, localUrl), { headers });
    const body = (await answer.json()) as Answer["body"];
    const target = answer.headers.get("x-backend") ?? "";
    answers.push({ status: answer.status, target, ms: performance.now() - from, body });
  }
  return answers;
}

/** What `./lab status` says was set at run time: `app2 fault error=50%`. */
async function setAtRunTime(): Promise<string[]> {
  const { stdout } = await labClone().ok(["status", "--json"]);
  const { runTime } = JSON.parse(stdout) as { runTime: { target: string; what: string }[] };
  return runTime.map(({ target, what }) => `${target} ${what.replace(/ for .*/, "")}`).sort();
}

/** Runs an experiment; what it measured, whether the machine was quick enough for its bars or not. */
async function experiment(
  name: string,
  rate = 100,
): Promise<Record<"GET" | "HEAD" | "POST", Account>> {
  const words = ["experiment", name, "--rate", String(rate), "--json"];
  const { stdout, stderr } = await labClone().run(words, { timeoutSeconds: 90 });
  assert.notEqual(stdout, "", stderr);
  const { accounts } = JSON.parse(stdout) as { accounts: Awaited<ReturnType<typeof experiment>> };
  for (const { sent, ok, failed, pending } of Object.values(accounts)) {
    assert.equal(sent, ok + failed + pending);
    assert.equal(pending, 0);
  }
  return accounts;
}

describe("under faults", function () {
  this.timeout("2m");

  after(() => labClone().run(["heal", "--all"]));

  it("no GET is lost when a target is killed and returns", async function () {
    const { GET, HEAD } = await experiment("failover");
    assert.ok(GET.sent > 500, `${GET.sent} sent`);
    assert.deepEqual([GET.failed, HEAD.failed], [0, 0]);
  });

  for (const name of ["hang", "partition", "stop", "reject", "reload"]) {
    it(`no GET is lost in experiment ${name}`, async function () {
      const { GET, HEAD } = await experiment(name);
      assert.ok(GET.sent > 300, `${GET.sent} sent`);
      assert.deepEqual([GET.failed, HEAD.failed], [0, 0]);
    });
  }

  it("requests are lost under the profile plain, which is put back, and the report shows both", async function () {
    this.timeout("5m");
    const words = ["experiment", "failover", "--profile", "plain", "--rate", "100", "--json"];
    const { stdout } = await labClone().ok(words, { timeoutSeconds: 240 });
    const { profile, accounts } = JSON.parse(stdout) as {
      profile: string;
      accounts: { GET: Account };
    };
    assert.equal(profile, "plain");
    assert.ok(accounts.GET.failed > 0, stdout);
    const { stdout: now } = await labClone().ok(["profile"]);
    assert.match(now, /^\S*\s*tuned.*in force/m);
    const folder = mkdtempSync(join(tmpdir(), "homelab-report-"));
    try {
      const page = join(folder, "page.html");
      await labClone().ok(["report", "failover", "--name", "Ada Lovelace", "--output", page]);
      const text = readFileSync(page, "utf8");
      for (const part of ["Ada Lovelace", "plain", "tuned", "<svg"]) assert.ok(text.includes(part));
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("nothing is lost when a target is drained and returns", async function () {
    const { GET, HEAD, POST } = await experiment("drain");
    assert.deepEqual([GET.failed, HEAD.failed, POST.failed], [0, 0, 0]);
  });

  it("the service goes on without its database, and no request is lost", async function () {
    const { GET, HEAD, POST } = await experiment("db-away", 20);
    assert.ok(GET.sent > 100, `${GET.sent} sent`);
    assert.deepEqual([GET.failed, HEAD.failed, POST.failed], [0, 0, 0]);
  });

  it("a target that errs and one that is slow stay healthy, and clients see it", async function () {
    await labClone().ok(["fault", "app2", "error=50%"]);
    await labClone().ok(["fault", "app3", "slow=400ms"]);
    assert.deepEqual(await setAtRunTime(), ["app2 fault error=50%", "app3 fault slow=400ms"]);
    const answers = await ask("/whoami", 24);
    const of = (name: string) => answers.filter(({ target }) => target === name);
    const errors = answers.filter(({ status }) => status === 500);
    assert.ok(errors.length >= 3 && errors.length <= 5, `${errors.length} errors`);
    assert.ok(errors.every(({ target }) => target === "app2"));
    assert.ok(of("app3").length >= 7 && of("app3").every(({ ms }) => ms >= 400));
    assert.ok(of("app1").some(({ ms }) => ms < 400));
    await targetIs("app2", "healthy", 5);
    await targetIs("app3", "healthy", 5);
    await labClone().ok(["heal", "--all"]);
    assert.deepEqual(await setAtRunTime(), []);
    const after = await ask("/whoami", 12);
    assert.deepEqual([...new Set(after.map(({ status }) => status))], [200]);
  });

  it("a target without its database says so and stays healthy", async function () {
    await labClone().ok(["fault", "app1", "db"]);
    const says = (path: string, seen: (answer: Answer) => boolean) =>
      waitUntil(`${path} of app1`, 15, async () => {
        const [answer] = (await ask(path, 3)).filter(({ target }) => target === "app1");
        return { value: (answer && seen(answer)) || undefined, seen: JSON.stringify(answer) };
      });
    await says("/", ({ status, body }) => status === 200 && /^down: /.test(body.database ?? ""));
    await says("/readyz", ({ status }) => status === 503);
    await targetIs("app1", "healthy", 5);
    await labClone().ok(["heal", "app1"]);
    await says("/", ({ body }) => body.database === "up");
  });

  it("a target that flaps goes and comes, and stays once it is healed", async function () {
    await labClone().ok(["fault", "app2", "flap"]);
    await targetIs("app2", "unhealthy", 10);
    await targetIs("app2", "healthy", 10);
    await targetIs("app2", "unhealthy", 10);
    await labClone().ok(["heal", "app2"]);
    await targetIs("app2", "healthy", 10);
    const left = "iptables -S | grep -c homelab-fault; systemctl is-active homelab-fault-flap";
    const { stdout } = await labClone().run(["exec", "app2", "--", "sh", "-c", left]);
    assert.equal(stdout, "0\ninactive\n");
  });

  for (const kind of ["full", "memory"]) {
    it(`a fault ${kind} is shown, and leaves nothing once it is healed`, async function () {
      await labClone().ok(["fault", "app3", kind]);
      assert.deepEqual(await setAtRunTime(), [`app3 fault ${kind}`]);
      await labClone().ok(["heal", "app3"]);
      assert.deepEqual(await setAtRunTime(), []);
      await targetIs("app3", "healthy", 60);
    });
  }

  it("a fault with --for is undone by the node", async function () {
    const { stdout } = await labClone().ok(["fault", "app3", "drop", "--for", "6s"]);
    assert.match(stdout, /^on the Proxmox node: pct exec 113 -- .*-j DROP/m);
    await targetIs("app3", "unhealthy", 6);
    await targetIs("app3", "healthy", 30);
    const left = await labClone().ok(["heal", "--all"]);
    assert.match(left.stdout, /no fault is in force/);
  });

  it("a drained target is shown, and stays drained over a reload", async function () {
    await labClone().ok(["drain", "app1"]);
    await targetIs("app1", "draining", 5);
    await labClone().ok(["exec", "lb", "--", "systemctl", "reload", "haproxy"]);
    await targetIs("app1", "draining", 5);
  });

  it("a drained target is left drained by up, which says so and does not wait for it", async function () {
    const { stdout } = await labClone().ok(["up", "--yes"], { timeoutSeconds: 110 });
    assert.match(stdout, /^app1 .*draining.* \.\/lab undrain app1$/m);
    await targetIs("app1", "draining", 5);
    await labClone().ok(["undrain", "app1"]);
    await targetIs("app1", "healthy", 10);
  });

  it("refuses a profile that there is not, and names those that are", async function () {
    const { code, stderr } = await labClone().run(["profile", "fast"]);
    assert.equal(code, 2);
    assert.match(stderr, /unknown profile "fast"; choose tuned, alb-default or plain/);
  });
});
