import type { AwsFacts } from "../facts";
import type { Document } from "../wire/document";
import { integerOf, textsOf, timeOf } from "../wire/input";
import { Problem } from "../wire/problem";
import type { Input } from "../wire/query";
import {
  checkedPeriod,
  hasUnit,
  metricOf,
  rangeOf,
  statisticOf,
  unitOf,
  valueOf,
} from "./metricInput";

/** CloudWatch's most points of one call. */
const MOST_POINTS = 1440;

export function getMetricStatistics(input: Input, { metrics }: AwsFacts): Document {
  const metric = metricOf(input);
  const statistics = (textsOf(input, "Statistics") ?? []).map(statisticOf);
  // Each is refused with the reason.
  for (const one of textsOf(input, "ExtendedStatistics") ?? []) statisticOf(one);
  if (statistics.length === 0) {
    throw new Problem("MissingParameter", "The parameter Statistics is missing; give it");
  }
  const period = checkedPeriod(integerOf(input, "Period", { min: 1, max: 86_400 }));
  const times = { start: timeOf(input, "StartTime"), end: timeOf(input, "EndTime") };
  const range = rangeOf(times, period);
  const points = Math.ceil((range.to - range.from) / 1000 / period);
  if (points > MOST_POINTS) {
    throw new Problem(
      "InvalidParameterCombination",
      `You have requested up to ${points} datapoints, which exceeds the limit of ${MOST_POINTS}`,
    );
  }
  const found = hasUnit(input, metric) ? metrics.read(metric, range) : [];
  return {
    Label: metric.name,
    Datapoints: found.map((point) => ({
      Timestamp: new Date(point.at),
      ...Object.fromEntries(statistics.map((one) => [one, valueOf(point, one)])),
      Unit: unitOf(metric.name),
    })),
  };
}
