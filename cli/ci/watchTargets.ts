import { BACKEND } from "../../lib/haproxy/backends";
import { parseStats } from "../../observer/targetHealth";

/** The load balancer's statistics, and who may read them. */
export interface StatsAccess {
  statsUrl: string;
  statsUser: string;
  statsPassword: string;
}

const EVERY_MS = 500;

/**
 * Counts, again and again, the targets that the load balancer's statistics call up. The least is undefined while
 * they have not answered.
 */
export function watchTargets(outputs: StatsAccess): { least(): number | undefined; stop(): void } {
  const seen: number[] = [];
  const timer = setInterval(() => {
    void healthyTargets(outputs).then((count) => count !== undefined && seen.push(count));
  }, EVERY_MS);
  return {
    least: () => (seen.length > 0 ? Math.min(...seen) : undefined),
    stop: () => clearInterval(timer),
  };
}

/** Undefined where the load balancer did not answer this time. */
async function healthyTargets(from: StatsAccess): Promise<number | undefined> {
  const { statsUrl, statsUser, statsPassword } = from;
  const basic = Buffer.from(`${statsUser}:${statsPassword}`).toString("base64");
  try {
    const answer = await fetch(`${statsUrl};csv`, {
      headers: { authorization: `Basic ${basic}` },
      signal: AbortSignal.timeout(2000),
    });
    return answer.ok ? targetsUp(await answer.text()) : undefined;
  } catch {
    return undefined;
  }
}

/** Servers of the target group that are up, of HAProxy's statistics as CSV. */
export function targetsUp(csv: string): number {
  return parseStats(csv).filter(
    ({ pxname, svname, status }) =>
      pxname === BACKEND && svname !== "BACKEND" && status?.startsWith("UP"),
  ).length;
}
