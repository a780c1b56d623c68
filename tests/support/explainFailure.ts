import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { boxOf } from "./box";
import type { LabClone } from "./labClone";

/** What the node says of itself and its CTs; bounded, for it goes into a log that people read. */
const look = `pct list
for id in $(pct list | awk '$2 == "running" { print $1 }'); do
  failed=$(timeout 20 pct exec $id -- systemctl --failed --no-legend --plain | awk '{ print $1 }')
  for unit in $failed; do
    echo "--- CT $id: $unit failed"
    timeout 20 pct exec $id -- journalctl --no-pager -o short-precise -n 25 -u $unit
  done
done
echo "--- last tasks of the node"
tail -n 5 /var/log/pve/tasks/index
for log in $(ls -t /run/pve/ct-*.log 2> /dev/null | head -n 5); do
  grep -H ERROR $log | tail -n 3
done`;

/** Prints what a person would look at first after a failed test. Never fails itself. */
export function explainFailure(clone: LabClone, test: string): void {
  try {
    const words = ["exec", boxOf(clone.root), "bash", "-c", look];
    const { stdout, stderr } = spawnSync("docker", words, { encoding: "utf8", timeout: 60_000 });
    console.error(`--- after the failure of: ${test}\n${stdout}${stderr}`);
    const logs = join(clone.root, ".lab", "log");
    const last = readdirSync(logs)
      .filter((name) => /^(up|destroy)-/.test(name))
      .sort()
      .at(-1);
    if (!last) return;
    const lines = readFileSync(join(logs, last), "utf8").trim().split("\n");
    console.error(`--- end of ${last}\n${lines.slice(-15).join("\n")}\n---`);
  } catch (error) {
    console.error(`--- nothing to see of the lab: ${(error as Error).message}`);
  }
}
