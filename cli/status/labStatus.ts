import { PROFILES, isProfileName } from "../../lib/haproxy/profiles";
import { type MaskedFailures, maskedFailures, totals } from "../../observer/maskedFailures";
import {
  noTargetUsable,
  parseStats,
  type StatRow,
  targetHealth,
  type TargetState,
  targetRows,
} from "../../observer/targetHealth";
import type { EmbeddedNode } from "../../pve-node/box/embeddedNode";
import type { StackOutputs, TargetOutput } from "../stack/outputs";
import { askHaproxy } from "../lab/adminSocket";
import { type ApiAccess, callApi } from "../lab/api";
import { type Budget, type GuestUse, summarizeBudget } from "./budget";
import { inCt, type NodeAccess, onNode } from "../lab/ssh";

/** What `./lab status --json` prints. */
export interface LabStatus {
  url: string;
  /** The load balancer on this machine's loopback; absent on a real Proxmox VE. */
  localUrl?: string;
  loadBalancer: StackOutputs["loadBalancer"] & {
    /** What becomes of requests now: no target is healthy when it is not `balanced`. */
    routing: "balanced" | "fail-open" | "none" | "unknown";
    /** What clients did not see, since the last reload; null: the load balancer does not answer. */
    masked: MaskedFailures | null;
  };
  targets: (TargetOutput & {
    state: TargetState;
    reason: string | null;
    detail: string;
    masked: MaskedFailures | null;
  })[];
  database: StackOutputs["database"] & { state: "available" | "unreachable"; detail: string };
  budget: Budget;
}

/** How the parts of a lab are asked. */
export interface StatusSources {
  outputs: StackOutputs;
  ssh: NodeAccess;
  api: { access: ApiAccess; node: string };
  embedded?: EmbeddedNode;
}

/** HAProxy's statistics, straight from its admin socket. */
export async function loadBalancerStats(ssh: NodeAccess, vmid: number): Promise<StatRow[]> {
  return parseStats(await askHaproxy(ssh, vmid, "show stat"));
}

/** Looks at every part once; a part that does not answer is reported, not thrown. */
export async function readStatus(from: StatusSources): Promise<LabStatus> {
  const { outputs, ssh, api } = from;
  const { loadBalancer, database } = outputs;
  const [stats, db, guests] = await Promise.all([
    loadBalancerStats(ssh, loadBalancer.vmid).catch((error: Error) => error),
    askDatabase(ssh, database),
    callApi<GuestUse[]>(api.access, "GET", `/nodes/${api.node}/lxc`),
  ]);
  const names = outputs.targets.map(({ name }) => name);
  const rows = stats instanceof Error ? stats : targetRows(stats, names);
  const masked = stats instanceof Error ? undefined : maskedFailures(stats, names);
  const ours = [loadBalancer, ...outputs.targets, database].map(({ vmid }) => vmid);
  return {
    url: outputs.url,
    ...(from.embedded && { localUrl: from.embedded.localUrl }),
    loadBalancer: {
      ...loadBalancer,
      routing: stats instanceof Error ? "unknown" : routing(stats, loadBalancer.profile),
      masked: masked ? totals(masked) : null,
    },
    targets: outputs.targets.map((target) => ({
      ...target,
      ...(rows instanceof Error
        ? { state: "unavailable", reason: "Elb.InternalError", detail: rows.message }
        : targetHealth(rows.get(target.name))),
      masked: masked?.byTarget[target.name] ?? null,
    })),
    database: { ...database, ...db },
    budget: summarizeBudget(
      guests.filter(({ vmid }) => ours.includes(Number(vmid))),
      outputs.budget,
    ),
  };
}

function routing(stats: StatRow[], profile: string | undefined) {
  if (!noTargetUsable(stats)) return "balanced";
  return profile !== undefined && isProfileName(profile) && PROFILES[profile].failOpen
    ? "fail-open"
    : "none";
}

/**
 * Everything serves.
 *
 * @param heldOut targets that somebody drained or broke on purpose: they may be as they are
 */
export function isHealthy(status: LabStatus, heldOut: readonly string[] = []): boolean {
  const { targets, database } = status;
  return targets.length > 0 && out(status, heldOut).length === 0 && database.state === "available";
}

/** The parts that do not serve, in one line. */
export function troubles(status: LabStatus, heldOut: readonly string[] = []): string {
  const targets = out(status, heldOut).map(
    ({ name, state, reason, detail }) => `${name} ${state} (${reason}: ${detail})`,
  );
  const { name, state, detail } = status.database;
  return [...targets, ...(state === "available" ? [] : [`${name} ${state} (${detail})`])].join(
    ", ",
  );
}

/** Targets that do not serve and should. */
const out = ({ targets }: LabStatus, heldOut: readonly string[]) =>
  targets.filter(({ name, state }) => state !== "healthy" && !heldOut.includes(name));

/** Whether PostgreSQL takes connections. */
export async function askDatabase(
  ssh: NodeAccess,
  { vmid, port }: StackOutputs["database"],
): Promise<Pick<LabStatus["database"], "state" | "detail">> {
  // Through the CT's own socket: its address answers app nodes only, and nobody else, itself included.
  const words = ["pg_isready", "-p", String(port), "-t", "5"];
  const answer = await onNode(ssh, inCt(vmid, words), { timeoutMs: 15_000 });
  const detail = lastLine(answer.stdout.trim() || answer.stderr);
  return { state: answer.code === 0 ? "available" : "unreachable", detail };
}

const lastLine = (text: string) => text.trim().split("\n").at(-1) ?? "";
