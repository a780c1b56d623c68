import assert from "node:assert/strict";
import { labClone } from "../support/labClone";
import { targetIs } from "../support/labStatus";

interface Account {
  sent: number;
  ok: number;
  failed: number;
  pending: number;
}

/** Runs an experiment; what it measured, whether the machine was quick enough for its bars or not. */
async function experiment(name: string): Promise<Record<"GET" | "POST", Account>> {
  const words = ["experiment", name, "--rate", "100", "--json"];
  const { stdout, stderr } = await labClone().run(words, { timeoutSeconds: 90 });
  assert.notEqual(stdout, "", stderr);
  const { accounts } = JSON.parse(stdout) as { accounts: Record<"GET" | "POST", Account> };
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
    const { GET } = await experiment("failover");
    assert.ok(GET.sent > 500, `${GET.sent} sent`);
    assert.equal(GET.failed, 0);
  });

  it("nothing is lost when a target is drained and returns", async function () {
    const { GET, POST } = await experiment("drain");
    assert.deepEqual([GET.failed, POST.failed], [0, 0]);
  });

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
    await labClone().ok(["undrain", "app1"]);
    await targetIs("app1", "healthy", 10);
  });

  it("refuses a profile that there is not, and names those that are", async function () {
    const { code, stderr } = await labClone().run(["profile", "fast"]);
    assert.equal(code, 2);
    assert.match(stderr, /there are tuned, alb-default, plain/);
  });
});
