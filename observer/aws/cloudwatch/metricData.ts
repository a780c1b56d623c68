import type { AwsFacts } from "../facts";
import type { Document } from "../wire/document";
import { booleanOf, integerOf, neededText, structuresOf, textOf, timeOf } from "../wire/input";
import { invalid, Problem } from "../wire/problem";
import type { Input } from "../wire/query";
import {
  checkedPeriod,
  hasUnit,
  metricOf,
  neededStructure,
  rangeOf,
  statisticOf,
  valueOf,
} from "./metricInput";

/** CloudWatch's limits of one call. */
const MOST_QUERIES = 500;
const MOST_POINTS = 100_800;

interface Result {
  id: string;
  label: string;
  points: { at: number; value: number }[];
}

export function getMetricData(input: Input, lab: AwsFacts): Document {
  const queries = structuresOf(input, "MetricDataQueries");
  if (queries.length === 0 || queries.length > MOST_QUERIES) {
    throw invalid(`MetricDataQueries must have 1 to ${MOST_QUERIES} queries`);
  }
  const ids = queries.map((one) => neededText(one, "Id"));
  if (new Set(ids).size < ids.length) throw invalid("The values of Id must differ");
  const times = { start: timeOf(input, "StartTime"), end: timeOf(input, "EndTime") };
  const results = queries
    .filter((query) => booleanOf(query, "ReturnData") ?? true)
    .map((query) => answer(query, times, lab));
  const newestFirst = textOf(input, "ScanBy") !== "TimestampAscending";
  if (newestFirst) for (const { points } of results) points.reverse();
  const most = integerOf(input, "MaxDatapoints", { min: 1, max: MOST_POINTS }) ?? MOST_POINTS;
  return paged(results, { from: fromToken(input), most });
}

function answer(query: Input, times: { start: number; end: number }, lab: AwsFacts): Result {
  const id = neededText(query, "Id");
  if (!/^[a-z]\w{0,254}$/.test(id)) {
    throw invalid(`The Id ${JSON.stringify(id)} is not valid; begin with a small letter`);
  }
  if (query.Expression !== undefined) {
    throw invalid(`Query ${id} has an Expression; metric math is not known here, give MetricStat`);
  }
  const stat = neededStructure(query, "MetricStat");
  const metric = metricOf(neededStructure(stat, "Metric"));
  const period = checkedPeriod(integerOf(stat, "Period", { min: 1, max: 86_400 }));
  const statistic = statisticOf(neededText(stat, "Stat"));
  const found = hasUnit(stat, metric) ? lab.metrics.read(metric, rangeOf(times, period)) : [];
  return {
    id,
    label: textOf(query, "Label") ?? metric.name,
    points: found.map((point) => ({ at: point.at, value: valueOf(point, statistic) })),
  };
}

/** A token is the number of points that the caller has already. */
function fromToken(input: Input): number {
  const token = textOf(input, "NextToken");
  if (token === undefined || token === "") return 0;
  if (/^\d{1,9}$/.test(token)) return Number(token);
  throw new Problem("InvalidNextToken", `The next token ${JSON.stringify(token)} is not valid`);
}

function paged(results: Result[], { from, most }: { from: number; most: number }): Document {
  const total = results.reduce((sum, { points }) => sum + points.length, 0);
  const to = from + most;
  let before = 0;
  const shown = results.map(({ id, label, points }) => {
    const own = points.slice(Math.max(0, from - before), Math.max(0, to - before));
    before += points.length;
    return {
      Id: id,
      Label: label,
      Timestamps: own.map(({ at }) => new Date(at)),
      Values: own.map(({ value }) => value),
      StatusCode: before <= to ? "Complete" : "PartialData",
    };
  });
  return { MetricDataResults: shown, NextToken: to < total ? String(to) : undefined };
}
