import { SHOW_ANOMALIES } from "../../lib/haproxy/anomalyScript";
import { ADMIN_SOCKET } from "../../lib/haproxy/installHaproxy";
import { parseSetWeights, type SetWeight } from "../../observer/anomalies";
import { inCt, type NodeAccess, onNode } from "../lab/ssh";

/** Weights that are not the configuration's; undefined: no target group mitigates anomalies. */
export async function setWeights(ssh: NodeAccess, vmid: number): Promise<SetWeight[] | undefined> {
  const words = inCt(vmid, ["socat", "-t2", "-", `UNIX-CONNECT:${ADMIN_SOCKET}`]);
  const asked = { stdin: `${SHOW_ANOMALIES}\n`, timeoutMs: 15_000 };
  const { code, stdout, stderr } = await onNode(ssh, words, asked);
  if (code === 0) return parseSetWeights(stdout);
  throw new Error(`load balancer: CT ${vmid} does not answer on ${ADMIN_SOCKET}: ${stderr.trim()}`);
}
