import { accounts, losses } from "../../observer/account";
import { startProber } from "../../observer/prober";
import type { LabClone } from "./labClone";

/** What clients and the load balancer saw while something was done to the lab. */
export interface UnderLoad {
  /** GETs that were sent. */
  sent: number;
  /** Those that failed, with when and why. */
  lost: string[];
  /** The fewest targets that were in the rotation at one moment. */
  leastHealthy: number;
  /** Looks at the load balancer; few of them say little. */
  looks: number;
}

interface Outputs {
  statsUrl: string;
  statsUser: string;
  statsPassword: string;
}

/** Sends 100 GETs a second and counts the healthy targets five times a second, until the work is done. */
export async function underLoad(clone: LabClone, work: () => Promise<unknown>): Promise<UnderLoad> {
  const { stdout: status } = await clone.ok(["status", "--json"]);
  // In the LAN, as the stats page: no proxy of Docker stands between.
  const { url } = JSON.parse(status) as { url: string };
  const words = ["pulumi", "--", "stack", "output", "--json", "--show-secrets"];
  const outputs = JSON.parse((await clone.ok(words)).stdout) as Outputs;
  const healthy: number[] = [];
  const timer = setInterval(() => {
    void healthyTargets(outputs).then((count) => count !== undefined && healthy.push(count));
  }, 200);
  const prober = startProber({ url, rate: 100, freshEvery: 10 });
  try {
    await work();
  } finally {
    clearInterval(timer);
    await prober.stop();
  }
  const lost = losses(prober.records, prober.records[0]?.dueAt ?? 0);
  return {
    sent: accounts(prober.records).GET.sent,
    lost: lost.map(({ atMs, reason, target }) => `${atMs} ms: ${target ?? "-"} ${reason}`),
    leastHealthy: Math.min(...healthy),
    looks: healthy.length,
  };
}

/** Undefined where the load balancer did not answer this time. */
async function healthyTargets(from: Outputs): Promise<number | undefined> {
  const { statsUrl, statsUser, statsPassword } = from;
  const basic = Buffer.from(`${statsUser}:${statsPassword}`).toString("base64");
  try {
    const answer = await fetch(`${statsUrl};csv`, { headers: { authorization: `Basic ${basic}` } });
    const rows = (await answer.text()).split("\n").map((line) => line.split(","));
    const targets = rows.filter(
      ([proxy, server]) => proxy === "app" && /^app\d+$/.test(server ?? ""),
    );
    return targets.filter((row) => row[17]?.startsWith("UP")).length;
  } catch {
    return undefined;
  }
}
