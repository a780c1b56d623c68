import { SHOW_ANOMALIES } from "../../lib/haproxy/anomalyScript";
import { parseSetWeights, type SetWeight } from "../../observer/anomalies";
import { askHaproxy } from "../lab/adminSocket";
import type { NodeAccess } from "../lab/ssh";

/** Weights that are not the configuration's; undefined: no target group mitigates anomalies. */
export const setWeights = async (ssh: NodeAccess, vmid: number): Promise<SetWeight[] | undefined> =>
  parseSetWeights(await askHaproxy(ssh, vmid, SHOW_ANOMALIES));
