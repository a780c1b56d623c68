import { inCt, type NodeAccess, onNode } from "./ssh";

/**
 * What the load balancer has logged, in lines of `journalctl -o short-unix`.
 *
 * @param since as `journalctl --since` takes it
 * @param tags names in the journal
 * @throws when the CT does not give it
 */
export async function balancerJournal(
  ssh: NodeAccess,
  vmid: number,
  since: string,
  tags: readonly string[] = ["haproxy"],
): Promise<string> {
  const named = tags.flatMap((tag) => ["-t", tag]);
  const words = ["journalctl", ...named, "-o", "short-unix", "--no-pager", `--since=${since}`];
  const { code, stdout, stderr } = await onNode(ssh, inCt(vmid, words), { timeoutMs: 30_000 });
  if (code !== 0) throw new Error(`load balancer: its log cannot be read: ${stderr.trim()}`);
  return stdout;
}
