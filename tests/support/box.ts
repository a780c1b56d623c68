import { execFile, execFileSync } from "node:child_process";
import { promisify } from "node:util";

/** Name of the embedded node's container that belongs to a checkout. */
export function boxOf(checkout: string): string {
  const label = `label=homelab.checkout=${checkout}`;
  const list = execFileSync("docker", ["ps", "-a", "--filter", label, "--format", "{{.Names}}"], {
    encoding: "utf8",
  });
  const names = list.split("\n").filter((name) => name.endsWith("-pve1"));
  if (names.length !== 1) throw new Error(`${checkout}: want one embedded node, got ${list}`);
  return names[0] ?? "";
}

/** `docker restart`: the box's CTs are stopped in order, then start again by themselves. */
export async function restartBox(name: string): Promise<void> {
  await promisify(execFile)("docker", ["restart", "-t", "60", name]);
}
