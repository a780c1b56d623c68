import assert from "node:assert/strict";
import { boxOf } from "../support/box";
import { labClone } from "../support/labClone";
import { allHealthy } from "../support/labStatus";
import { inBox, runLocal } from "../support/nodeApi";
import { waitUntil } from "../support/waitUntil";

/**
 * Connects to app2 several times a second; a packet that is dropped must not hold the next attempt up.
 * Before the private bridge is there the address is somebody else's, out on the Internet.
 */
const prober = `while :; do
  ip route get 10.10.10.12 | grep -q vmbr1 || { echo "no subnet"; sleep 0.05; continue; }
  for port in 22 3000; do
    timeout 0.2 bash -c "< /dev/tcp/10.10.10.12/$port" && echo "$port open" || echo "$port closed"
  done
  sleep 0.05
done > /tmp/probes 2> /dev/null`;

const startedAt = async (box: string) =>
  (await runLocal("docker", ["inspect", "-f", "{{.State.StartedAt}}", box])).stdout.trim();

describe("after a crash of the whole node", function () {
  this.timeout("4m");

  it("CTs come back by themselves, in order, and app2 was closed all the time", async function () {
    const box = boxOf(labClone().root);
    const before = await startedAt(box);
    // Its first process ends at once, as in a crash: nothing is stopped in order.
    await runLocal("docker", ["exec", box, "bash", "-c", 'kill -9 "$(pgrep -o -P 1)"']);
    const since = await waitUntil(
      "Docker starting the node again",
      60,
      async () => {
        const seen = await startedAt(box);
        if (seen === before) return { seen };
        const run = await runLocal("docker", ["exec", "-d", box, "bash", "-c", prober]);
        return { value: run.code === 0 ? seen : undefined, seen: run.stderr };
      },
      20,
    );
    await allHealthy(180);

    const { stdout, stderr } = await runLocal("docker", ["logs", "--since", since, box]);
    const order = [...(stdout + stderr).matchAll(/CT (\d+): starts \(onboot\)/g)].map(
      ([, id]) => id,
    );
    assert.deepEqual(order, ["150", "111", "112", "113", "110"]);

    const probes = (await inBox(box, "cat /tmp/probes")).trim().split("\n");
    const count = (line: string) => probes.filter((probe) => probe === line).length;
    console.log(`      ${probes.length} probes, ssh open in ${count("22 open")}`);
    assert.ok(count("22 closed") > 0, "the prober must have begun before the CT ran");
    assert.ok(count("22 open") > 0, "positive control: the prober reaches app2's sshd");
    assert.equal(count("3000 open"), 0, "app2:3000 was open to the node");
    const url = "http://10.10.10.12:3000/healthz";
    await labClone().ok(["exec", "lb", "--", "curl", "-m", "3", "-fsS", "-o", "/dev/null", url]);
  });
});
