import { execFileSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { boxOf } from "./box";
import { pulumiProcesses } from "./crash";

/** CTs of the default lab, as `pct list` numbers them. */
export const expectedVmids = [110, 111, 112, 113, 150];

/**
 * What a complete lab must not have: CTs too many or too few, locks, disks and loop devices that
 * belong to no CT, processes of an earlier run. Empty when all is well.
 */
export function leftoversOf(checkout: string): string[] {
  const box = boxOf(checkout);
  return [...ofGuests(box), ...ofDisks(box), ...ofCheckout(checkout), ...ofMachine(checkout)];
}

/** Runs a shell command in the box, past `./lab` and ssh: the judge must not be the judged. */
const inBox = (box: string, script: string): string[] =>
  execFileSync("docker", ["exec", box, "sh", "-c", script], { encoding: "utf8" })
    .split("\n")
    .map((line) => line.trim())
    .filter(Boolean);

function ofGuests(box: string): string[] {
  const found: string[] = [];
  const rows = inBox(box, "pct list").slice(1);
  const running = rows.map((row) => row.split(/\s+/)).filter(([, state]) => state === "running");
  const vmids = running.map(([vmid]) => Number(vmid));
  if (vmids.join() !== expectedVmids.join() || rows.length !== vmids.length)
    found.push(`CTs: ${rows.join("; ")}`);
  for (const line of inBox(box, "grep -H ^lock: /etc/pve/nodes/*/lxc/*.conf || true"))
    found.push(`lock: ${line}`);
  const monitors = inBox(box, "pgrep -fc '^\\[lxc monitor\\]' || true");
  if (Number(monitors[0]) !== expectedVmids.length) found.push(`LXC monitors: ${monitors[0]}`);
  for (const name of inBox(box, "ls /var/lib/lxc"))
    if (/^\d+$/.test(name) && !expectedVmids.includes(Number(name)))
      found.push(`LXC directory: ${name}`);
  return found;
}

/** Inodes, not paths: the kernel lists every box's loop devices, and their paths are the same. */
function ofDisks(box: string): string[] {
  const found: string[] = [];
  const images = inBox(box, "find /var/lib/vz/images -name '*.raw' -exec stat -c '%i %n' {} +");
  const loops = inBox(box, "losetup --list --noheadings --raw --output BACK-INO,NAME");
  for (const image of images) {
    const [inode, path] = image.split(" ");
    const vmid = Number(/vm-(\d+)-disk/.exec(path!)?.[1]);
    const held = loops.filter((loop) => loop.startsWith(`${inode} `));
    if (held.length !== 1) found.push(`loop devices of ${path}: ${held.join(", ") || "none"}`);
    if (!expectedVmids.includes(vmid)) found.push(`disk of no CT: ${path}`);
  }
  if (images.length !== expectedVmids.length) found.push(`disks: ${images.join("; ")}`);
  return found;
}

function ofCheckout(checkout: string): string[] {
  const state = join(checkout, ".lab");
  const locks = join(state, "pulumi", ".pulumi", "locks", "organization", "homelab", "dev");
  const stale = existsSync(locks) ? readdirSync(locks) : [];
  return [
    ...stale.map((name) => `Pulumi's lock: ${name}`),
    ...readdirSync(state)
      .filter((name) => /^lock(\.|$)/.test(name))
      .map((name) => `lab's lock: ${name}`),
    ...pulumiProcesses(checkout).map((name) => `process: ${name}`),
  ];
}

/** Docker objects of the checkout: one of each. */
function ofMachine(checkout: string): string[] {
  const found: string[] = [];
  const filter = ["--filter", `label=homelab.checkout=${checkout}`, "-q"];
  for (const list of [
    ["ps", "-a"],
    ["network", "ls"],
    ["volume", "ls"],
  ]) {
    const objects = execFileSync("docker", [...list, ...filter], { encoding: "utf8" });
    const count = objects.split("\n").filter(Boolean).length;
    if (count !== 1) found.push(`docker ${list.join(" ")}: ${count} of this checkout`);
  }
  return found;
}
