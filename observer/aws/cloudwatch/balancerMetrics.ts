import type { SetWeight } from "../../anomalies";
import { type StatRow, targetHealth, targetRows } from "../../targetHealth";
import { failOpenOf, STATS_FRONTEND } from "../../../lib/haproxy/backends";
import type { Settings } from "../../../lib/stack/settings";
import { groupsOf, type LabGroup } from "../balancer";
import { loadBalancerId, targetGroupId } from "../names";
import type { Dimensions, MetricStore } from "./metricStore";

export const ALB_NAMESPACE = "AWS/ApplicationELB";

const CLASSES = ["2xx", "3xx", "4xx", "5xx"] as const;
/** Of answers that are the load balancer's own; CloudWatch counts no 2xx among them. */
const OWN_CLASSES = ["3xx", "4xx", "5xx"] as const;

interface Lab {
  stack: string;
  settings: Settings;
}

/**
 * Turns what HAProxy counts (`show stat`) into an ALB's CloudWatch metrics, as "CloudWatch metrics for your
 * Application Load Balancer" defines them. Counters of HAProxy begin anew with each reload.
 */
export class BalancerMetrics {
  private before: ReadonlyMap<string, StatRow> | undefined;
  /** Answers of targets that their listener has not counted yet: it counts them at their end. */
  private owed: Record<string, number> = {};

  constructor(private readonly store: MetricStore) {}

  /**
   * Takes one answer of `show stat`; the first one only says where counting begins.
   *
   * @param weights those that are not the configuration's
   */
  take(lab: Lab, rows: readonly StatRow[], at: number, weights: readonly SetWeight[] = []): void {
    const { before } = this;
    this.before = new Map(rows.map((row) => [keyOf(row), row]));
    if (before) {
      if (beganAnew(rows, before)) this.owed = {};
      this.counted(lab, rows, before, at);
    }
    const all: Dimensions = { LoadBalancer: loadBalancerId(lab) };
    const frontends = listenersOf(rows);
    const connections = sum(frontends, (row) => Number(row.scur ?? 0));
    this.gauge("ActiveConnectionCount", all, at, connections);
    for (const group of groupsOf(lab.settings)) {
      this.health(lab, group, rows, at);
      if (group.anomalyMitigation) this.anomalies(lab, group, weights, at);
    }
  }

  private health(lab: Lab, group: LabGroup, rows: readonly StatRow[], at: number): void {
    const dimensions = groupDimensions(lab, group.name);
    const names = group.targets.map(({ name }) => name);
    const byName = targetRows(rows, names, group.name);
    const states = names.map((name) => targetHealth(byName.get(name)).state);
    const healthy = states.filter((state) => state === "healthy").length;
    const unhealthy = states.filter((state) => state === "unhealthy").length;
    this.gauge("HealthyHostCount", dimensions, at, healthy);
    this.gauge("UnHealthyHostCount", dimensions, at, unhealthy);
  }

  /** What is found to be anomalous is mitigated. */
  private anomalies(lab: Lab, { name }: LabGroup, weights: readonly SetWeight[], at: number): void {
    const found = weights.filter(({ group, owner }) => group === name && owner === "anomaly");
    for (const metric of ["AnomalousHostCount", "MitigatedHostCount"]) {
      this.gauge(metric, groupDimensions(lab, name), at, found.length);
    }
  }

  private counted(
    lab: Lab,
    rows: readonly StatRow[],
    before: ReadonlyMap<string, StatRow>,
    at: number,
  ): void {
    /** What was added to a column since the last look. */
    const added = (row: StatRow, column: string) => {
      const now = Number(row[column] ?? 0);
      const then = Number(before.get(keyOf(row))?.[column] ?? 0);
      return now < then ? now : now - then;
    };
    const total = (of: readonly StatRow[], column: string) => sum(of, (row) => added(row, column));
    const all: Dimensions = { LoadBalancer: loadBalancerId(lab) };
    const frontends = listenersOf(rows);
    const groups = groupsOf(lab.settings).map(({ name, targets }) => ({
      ...{ name, targets: targets.length },
      servers: serversOf(rows, name),
    }));
    const servers = groups.flatMap((group) => group.servers);
    this.count("RequestCount", all, at, total(frontends, "req_tot"));
    this.count("NewConnectionCount", all, at, total(frontends, "conn_tot"));
    this.count("RejectedConnectionCount", all, at, total(frontends, "dcon"));
    const bytes = total(frontends, "bin") + total(frontends, "bout");
    if (bytes > 0) this.gauge("ProcessedBytes", all, at, bytes);
    for (const one of OWN_CLASSES) {
      // What targets did not answer, the load balancer answered itself.
      const balance = total(frontends, `hrsp_${one}`) - total(servers, `hrsp_${one}`);
      const own = balance - (this.owed[one] ?? 0);
      this.owed[one] = Math.max(0, -own);
      this.count(`HTTPCode_ELB_${one.toUpperCase()}_Count`, all, at, own);
    }
    this.ofTargets(all, servers, total, at);
    for (const { name, servers: own, targets } of groups) {
      const dimensions = groupDimensions(lab, name);
      const requests = this.ofTargets(dimensions, own, total, at);
      this.count("RequestCount", dimensions, at, requests);
      if (requests > 0 && targets > 0) {
        this.gauge("RequestCountPerTarget", dimensions, at, requests / targets);
      }
    }
  }

  /** @returns the requests that were given to them */
  private ofTargets(
    dimensions: Dimensions,
    servers: readonly StatRow[],
    total: (of: readonly StatRow[], column: string) => number,
    at: number,
  ): number {
    for (const one of CLASSES) {
      const name = `HTTPCode_Target_${one.toUpperCase()}_Count`;
      this.count(name, dimensions, at, total(servers, `hrsp_${one}`));
    }
    this.count("TargetConnectionErrorCount", dimensions, at, total(servers, "econ"));
    for (const server of servers) {
      // HAProxy keeps an average over the last 1024 requests of a target, in milliseconds.
      if (total([server], "stot") === 0) continue;
      this.gauge("TargetResponseTime", dimensions, at, Number(server.rtime ?? 0) / 1000);
    }
    return total(servers, "stot");
  }

  private gauge(name: string, dimensions: Dimensions, at: number, value: number): void {
    this.store.gauge({ namespace: ALB_NAMESPACE, name, dimensions }, at, value);
  }

  private count(name: string, dimensions: Dimensions, at: number, times: number): void {
    this.store.count({ namespace: ALB_NAMESPACE, name, dimensions }, at, times);
  }
}

const keyOf = ({ pxname, svname }: StatRow) => `${pxname}/${svname}`;

/** Another process counts: the load balancer was reloaded. */
const beganAnew = (rows: readonly StatRow[], before: ReadonlyMap<string, StatRow>) =>
  listenersOf(rows).some(
    (row) => Number(row.conn_tot ?? 0) < Number(before.get(keyOf(row))?.conn_tot ?? 0),
  );

const sum = (rows: readonly StatRow[], value: (row: StatRow) => number) =>
  rows.reduce((total, row) => total + value(row), 0);

const listenersOf = (rows: readonly StatRow[]) =>
  rows.filter(({ pxname, svname }) => svname === "FRONTEND" && pxname !== STATS_FRONTEND);

/** A group's servers, checked or not. */
const serversOf = (rows: readonly StatRow[], group: string) =>
  rows.filter(
    ({ pxname, svname }) =>
      (pxname === group || pxname === failOpenOf(group)) &&
      svname !== "BACKEND" &&
      svname !== "FRONTEND",
  );

const groupDimensions = (lab: Lab, group: string): Dimensions => ({
  TargetGroup: targetGroupId(lab, group),
  LoadBalancer: loadBalancerId(lab),
});
