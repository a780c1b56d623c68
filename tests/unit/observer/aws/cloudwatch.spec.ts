import assert from "node:assert/strict";
import { BalancerMetrics } from "../../../../observer/aws/cloudwatch/balancerMetrics";
import { takeUsage } from "../../../../observer/aws/cloudwatch/guestMetrics";
import { KEPT_SECONDS, MetricStore } from "../../../../observer/aws/cloudwatch/metricStore";
import { SERVICES } from "../../../../observer/aws/services";
import type { Input } from "../../../../observer/aws/wire/query";
import type { StatRow } from "../../../../observer/targetHealth";
import { awsFacts, shown, statRow } from "../../../support/awsFacts";

const actions = SERVICES.find(({ name }) => name === "cloudwatch")!.actions;
const minute = 60_000;
const metric = { namespace: "N", name: "M", dimensions: { D: "1" } };

/** One value a second, from 1 to 120, in the first two minutes. */
function filled(): MetricStore {
  const store = new MetricStore();
  for (let second = 0; second < 120; second++) store.gauge(metric, second * 1000, second + 1);
  return store;
}
const ask = (action: string, input: Input, metrics = filled()) =>
  shown(actions[action]!(input, awsFacts({ metrics })));
const D = [{ Name: "D", Value: "1" }];
const statistics = (changes: Input = {}) => ({
  ...{ Namespace: "N", MetricName: "M", Dimensions: D, Period: 60, Statistics: ["Sum", "Maximum"] },
  ...{ StartTime: new Date(0), EndTime: new Date(2 * minute) },
  ...changes,
});
const data = (changes: Input = {}, stat: Input = {}) => ({
  MetricDataQueries: [
    {
      Id: "a",
      MetricStat: {
        Metric: { Namespace: "N", MetricName: "M", Dimensions: D },
        ...{ Period: 60, Stat: "Average", ...stat },
      },
    },
  ],
  ...{ StartTime: 0, EndTime: 120, ScanBy: "TimestampAscending" },
  ...changes,
});

describe("cloudwatch", () => {
  it("adds up a period, with the statistics that are asked for", () => {
    const { Datapoints } = ask("GetMetricStatistics", statistics());
    assert.deepEqual(Datapoints, [
      { Timestamp: "1970-01-01T00:00:00.000Z", Sum: 1830, Maximum: 60, Unit: "Count" },
      { Timestamp: "1970-01-01T00:01:00.000Z", Sum: 5430, Maximum: 120, Unit: "Count" },
    ]);
    const text = { StartTime: "1970-01-01T00:01:00Z", EndTime: "1970-01-01T00:02:00Z" };
    assert.equal(ask("GetMetricStatistics", statistics(text)).Datapoints!.length, 1);
  });

  it("gives points of a second, newest first when nothing else is asked for", () => {
    const [result] = ask(
      "GetMetricData",
      data({ ScanBy: undefined, StartTime: 117 }, { Period: 1 }),
    ).MetricDataResults!;
    assert.deepEqual(result.Values, [120, 119, 118]);
    assert.deepEqual(result.Timestamps[0], "1970-01-01T00:01:59.000Z");
    assert.equal(result.StatusCode, "Complete");
  });

  it("pages points, and every point comes once", () => {
    const values: number[] = [];
    let token: string | undefined;
    do {
      const input = data({ MaxDatapoints: 50, NextToken: token }, { Period: 1 });
      const answer = ask("GetMetricData", input);
      values.push(...answer.MetricDataResults![0].Values);
      token = answer.NextToken;
    } while (token !== undefined);
    assert.deepEqual(
      values,
      Array.from({ length: 120 }, (_, at) => at + 1),
    );
  });

  it("lists metrics by namespace, name and dimension", () => {
    const names = (input: Input) => ask("ListMetrics", input).Metrics!.length;
    assert.equal(names({}), 1);
    assert.equal(names({ Namespace: "N", Dimensions: [{ Name: "D" }] }), 1);
    assert.equal(names({ Dimensions: [{ Name: "D", Value: "2" }] }), 0);
    assert.equal(names({ Dimensions: [{ Name: "constructor" }] }), 0);
  });

  it("refuses what cannot be answered, each with AWS's code", () => {
    const cases: [string, Input, string][] = [
      ["GetMetricStatistics", statistics({ Period: 45 }), "InvalidParameterValue"],
      ["GetMetricStatistics", statistics({ Period: undefined }), "MissingParameter"],
      ["GetMetricStatistics", statistics({ Statistics: [] }), "MissingParameter"],
      ["GetMetricStatistics", statistics({ ExtendedStatistics: ["p99"] }), "InvalidParameterValue"],
      ["GetMetricStatistics", statistics({ EndTime: new Date(0) }), "ValidationError"],
      [
        "GetMetricStatistics",
        statistics({ Period: 1, EndTime: new Date(1441_000) }),
        "InvalidParameterCombination",
      ],
      ["GetMetricData", data({ MetricDataQueries: [] }), "ValidationError"],
      [
        "GetMetricData",
        data({ MetricDataQueries: [{ Id: "a", Expression: "1" }] }),
        "ValidationError",
      ],
      ["GetMetricData", data({ NextToken: "x" }), "InvalidNextToken"],
      ["GetMetricData", data({}, { Stat: "p99" }), "InvalidParameterValue"],
      ["ListMetrics", { NextToken: "x" }, "InvalidParameterValue"],
    ];
    for (const [action, input, code] of cases) {
      assert.throws(() => ask(action, input), { code }, `${action} ${JSON.stringify(input)}`);
    }
  });

  it("keeps three hours", () => {
    const store = filled();
    store.gauge(metric, KEPT_SECONDS * 1000 + 30_000, 1);
    const points = store.read(metric, { from: 0, to: 1e12, period: 60 });
    assert.deepEqual(
      points.map(({ at }) => at),
      [0, minute, KEPT_SECONDS * 1000],
    );
    assert.equal(points[0]!.count, 29);
  });
});

describe("metrics of the load balancer", () => {
  const lab = awsFacts();
  const front = (values: StatRow) => statRow("http", "FRONTEND", { scur: "2", ...values });
  const looks = (...all: StatRow[][]) => {
    const store = new MetricStore();
    const metrics = new BalancerMetrics(store);
    all.forEach((rows, at) => metrics.take(lab, rows, at * 1000));
    return (name: string, group = false) => {
      const found = store
        .names()
        .find((one) => one.name === name && Object.hasOwn(one.dimensions, "TargetGroup") === group);
      const points = found ? store.read(found, { from: 0, to: minute, period: 60 }) : [];
      return points.reduce((sum, point) => sum + point.sum, 0);
    };
  };

  it("counts what was added since the look before, and from nothing after a reload", () => {
    const app1 = (stot: string, ok: string) =>
      statRow("app", "app1", { stot, hrsp_2xx: ok, rtime: "7" });
    const sum = looks(
      [front({ req_tot: "100", conn_tot: "9" }), app1("100", "100")],
      [front({ req_tot: "110", conn_tot: "10" }), app1("110", "110")],
      [front({ req_tot: "3", conn_tot: "1" }), app1("3", "3")],
    );
    assert.equal(sum("RequestCount"), 13);
    assert.equal(sum("RequestCount", true), 13);
    assert.equal(sum("NewConnectionCount"), 2);
    assert.equal(sum("HTTPCode_Target_2XX_Count"), 13);
    assert.equal(sum("TargetResponseTime", true), 0.014);
  });

  it("counts healthy and unhealthy targets; one that drains is neither", () => {
    const rows = [
      statRow("app", "app1"),
      statRow("app", "app2", { status: "DOWN" }),
      statRow("app", "app3", { status: "DRAIN" }),
    ];
    const sum = looks(rows);
    assert.equal(sum("HealthyHostCount", true), 1);
    assert.equal(sum("UnHealthyHostCount", true), 1);
  });

  it("counts anomalous targets, in a group that mitigates anomalies only", () => {
    const mitigated = { algorithm: "weighted_random", anomalyMitigation: true };
    const anomalous = (targetGroup: object) => {
      const { settings } = awsFacts({
        config: { loadBalancer: JSON.stringify({ targetGroup }) },
      });
      const own = new MetricStore();
      const weight = { group: "app", target: "app2", weight: 1, full: 100, since: 0 } as const;
      new BalancerMetrics(own).take({ stack: "dev", settings }, [statRow("app", "app2")], 1000, [
        { ...weight, owner: "anomaly", reason: "48 % errors" },
        { ...weight, target: "app3", owner: "operator" },
      ]);
      return ["AnomalousHostCount", "MitigatedHostCount"].map((name) => {
        const found = own.names().find((one) => one.name === name);
        return found && own.read(found, { from: 0, to: minute, period: 60 })[0]?.sum;
      });
    };
    assert.deepEqual(anomalous(mitigated), [1, 1]);
    assert.deepEqual(anomalous({}), [undefined, undefined]);
  });

  it("tells its own answers from those of targets, also when the listener counts later", () => {
    const rows = (of: string, at: string) => [
      front({ hrsp_5xx: of }),
      statRow("app", "app1", { hrsp_5xx: at }),
    ];
    const late = looks(rows("0", "0"), rows("0", "1"), rows("1", "1"));
    assert.equal(late("HTTPCode_ELB_5XX_Count"), 0);
    assert.equal(late("HTTPCode_Target_5XX_Count"), 1);
    const own = looks(rows("0", "0"), rows("0", "1"), rows("3", "1"));
    assert.equal(own("HTTPCode_ELB_5XX_Count"), 2);
  });

  it("has what CTs use under EC2's and RDS's names", () => {
    const store = new MetricStore();
    const { vmid } = lab.settings.database;
    takeUsage(
      store,
      lab.settings,
      [
        { vmid: "111", cpu: 0.5 },
        { vmid, mem: 10, maxmem: 30 },
      ],
      0,
    );
    assert.deepEqual(
      store.names().map(({ namespace, name }) => `${namespace} ${name}`),
      ["AWS/EC2 CPUUtilization", "AWS/RDS FreeableMemory"],
    );
  });
});
