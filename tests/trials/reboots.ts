import assert from "node:assert/strict";
import { allHealthy, labStatus } from "../support/labStatus";
import { type Seen, startProber } from "../support/prober";
import type { LabClone } from "../support/labClone";

async function linkLocal(clone: LabClone, name: string): Promise<string> {
  const words = ["ip", "-6", "-o", "addr", "show", "dev", "eth0", "scope", "link"];
  const { stdout } = await clone.ok(["exec", name, "--", ...words]);
  const address = /inet6 (fe80:[0-9a-f:]+)/.exec(stdout)?.[1];
  assert.ok(address, `${name}: no link-local address in ${stdout}`);
  return address;
}

const figures = (seen: Seen | undefined) => `${seen?.opened} of ${seen?.tries}`;

/** Reboots app nodes one after the other, while probers try the service's port from everywhere. */
export function reboots(clone: LabClone, repeats: number): void {
  describe(`the service's port while app nodes reboot (${repeats} reboots)`, function () {
    for (let turn = 0; turn < repeats; turn++) {
      const name = `app${(turn % 3) + 1}`;
      const neighbour = `app${((turn + 1) % 3) + 1}`;

      it(`${turn + 1}: ${name} is never open but to the load balancer`, async function () {
        this.timeout("5m");
        const before = (await labStatus(clone)).targets;
        const { address, vmid } = before.find((target) => target.name === name)!;
        const local = await linkLocal(clone, name);
        // What is open beside it shows that each prober sees an open port.
        const probers = [
          {
            from: "pve",
            closed: [`${address},3000`, `${local}%vmbr1,3000`],
            open: `${address},22`,
          },
          {
            from: neighbour,
            closed: [`${address},3000`, `${local}%eth0,3000`],
            open: "10.10.10.50,5432",
          },
          { from: "lb", closed: [], open: `${address},3000` },
        ];
        const running = await Promise.all(
          probers.map(({ from, closed, open }) => startProber(clone, from, [...closed, open])),
        );
        const results: Map<string, Seen>[] = [];
        try {
          await clone.ok(["exec", "pve", "--", "pct", "reboot", String(vmid)]);
          await allHealthy(120, clone);
        } finally {
          results.push(...(await Promise.all(running.map((prober) => prober.end()))));
        }
        probers.forEach(({ from, closed, open }, index) => {
          const seen = results[index]!;
          for (const port of closed) {
            console.log(`      ${from} -> ${port}: ${figures(seen.get(port))} connects`);
            assert.equal(seen.get(port)?.opened, 0, `${from} reached ${port}`);
            assert.ok(seen.get(port)!.tries >= 50, `${from} hardly tried ${port}`);
          }
          console.log(`      ${from} -> ${open}: ${figures(seen.get(open))} connects (control)`);
          assert.ok((seen.get(open)?.opened ?? 0) > 0, `${from} saw ${open} closed`);
        });
      });
    }
  });
}
