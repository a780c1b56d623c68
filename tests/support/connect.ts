import assert from "node:assert/strict";
import { labClone } from "./labClone";

/** Runs a shell command in a CT, or on the Proxmox node (`pve`), and answers what it printed. */
export async function inside(name: string, command: string): Promise<string> {
  return (await labClone().ok(["exec", name, "--", "sh", "-c", command])).stdout.trim();
}

/** Where a TCP connection is tried to: `10.10.10.12:3000` or `[fe80::1%eth0]:3000`. */
const TARGET = /^\[?([\w.:%]+?)\]?:(\d+)$/;

/** Whether a TCP connection comes about within 2 s, for several targets at once. */
export async function connects(from: string, targets: string[]): Promise<Record<string, boolean>> {
  const tries = targets.map((target) => {
    const [, address, port] = TARGET.exec(target) ?? assert.fail(target);
    const open = `timeout 2 bash -c '</dev/tcp/${address}/${port}' 2>/dev/null`;
    return `{ ${open} && echo "open ${target}" || echo "closed ${target}"; } &`;
  });
  const said = (await inside(from, `${tries.join("\n")}\nwait`)).split("\n");
  assert.equal(said.length, targets.length, said.join("\n"));
  return Object.fromEntries(targets.map((target) => [target, said.includes(`open ${target}`)]));
}

/** Fails unless exactly the targets in `open` can be connected to. */
export async function reaches(from: string, open: string[], closed: string[]): Promise<void> {
  const found = await connects(from, [...open, ...closed]);
  const expected = [...open.map((t) => [t, true]), ...closed.map((t) => [t, false])];
  assert.deepEqual(found, Object.fromEntries(expected), `from ${from}`);
}
