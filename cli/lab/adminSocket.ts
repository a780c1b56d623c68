import { ADMIN_SOCKET } from "../../lib/haproxy/installHaproxy";
import { inCt, type NodeAccess, onNode } from "./ssh";

/**
 * Asks HAProxy by its admin socket in the load balancer's CT.
 *
 * @param question commands of HAProxy's management guide, with `;` between them
 * @throws when it does not answer
 */
export async function askHaproxy(ssh: NodeAccess, vmid: number, question: string): Promise<string> {
  const words = inCt(vmid, ["socat", "-t2", "-", `UNIX-CONNECT:${ADMIN_SOCKET}`]);
  const asked = { stdin: `${question}\n`, timeoutMs: 15_000 };
  const { code, stdout, stderr } = await onNode(ssh, words, asked);
  if (code === 0) return stdout;
  const said = stderr.trim().split("\n").at(-1) ?? "";
  throw new Error(`load balancer: CT ${vmid} does not answer on ${ADMIN_SOCKET}: ${said}`);
}
