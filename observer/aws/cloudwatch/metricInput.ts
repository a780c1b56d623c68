import { isStructure, neededText, structuresOf, textOf } from "../wire/input";
import { invalid, Problem } from "../wire/problem";
import type { Input } from "../wire/query";
import type { Datapoint, MetricName, Range } from "./metricStore";

/** CloudWatch's statistics; percentiles would need every single value, which is not kept. */
export const STATISTICS = ["SampleCount", "Average", "Sum", "Minimum", "Maximum"] as const;
export type Statistic = (typeof STATISTICS)[number];

/** @throws Problem when it is none that is known here */
export function statisticOf(text: string): Statistic {
  const found = STATISTICS.find((one) => one === text);
  if (found) return found;
  throw new Problem(
    "InvalidParameterValue",
    `The statistic ${text} is not known here; choose ${STATISTICS.join(", ")}`,
  );
}

export function valueOf(point: Datapoint, statistic: Statistic): number {
  switch (statistic) {
    case "SampleCount":
      return point.count;
    case "Average":
      return point.sum / point.count;
    case "Sum":
      return point.sum;
    case "Minimum":
      return point.min;
    case "Maximum":
      return point.max;
  }
}

/** The metric that a structure names. @throws Problem when it names none */
export function metricOf(input: Input): MetricName {
  const dimensions = structuresOf(input, "Dimensions").map(
    (one) => [neededText(one, "Name"), neededText(one, "Value")] as const,
  );
  return {
    namespace: neededText(input, "Namespace"),
    name: neededText(input, "MetricName"),
    dimensions: Object.fromEntries(dimensions),
  };
}

/** CloudWatch's periods: 1, 5, 10, 20, 30 or whole minutes, in seconds. @throws Problem for others */
export function checkedPeriod(value: number | undefined): number {
  if (value === undefined) throw new Problem("MissingParameter", "Period is missing; give it");
  if ([1, 5, 10, 20, 30].includes(value) || (value > 0 && value % 60 === 0)) return value;
  throw new Problem(
    "InvalidParameterValue",
    `The parameter Period must be 1, 5, 10, 20, 30 or a multiple of 60, got ${value}`,
  );
}

/** @param times milliseconds since the epoch. @throws Problem when the end is not after the start */
export function rangeOf({ start, end }: { start: number; end: number }, period: number): Range {
  if (end <= start) {
    throw invalid("The parameter StartTime must be less than the parameter EndTime");
  }
  const step = Math.min(period, 60) * 1000;
  return { from: Math.floor(start / step) * step, to: end, period };
}

/** What kind of number a metric is, as CloudWatch says it. */
export function unitOf(name: string): string {
  if (name.endsWith("Time")) return "Seconds";
  if (name === "CPUUtilization") return "Percent";
  return /Bytes$|^Free/.test(name) ? "Bytes" : "Count";
}

/** A structure that must be given. @throws Problem when it is not */
export function neededStructure(input: Input, name: string): Input {
  const value = input[name];
  if (isStructure(value)) return value;
  throw invalid(`${name} is missing; give it`);
}

/** Whether a unit that the caller asks for is the metric's: points of another unit there are none. */
export function hasUnit(input: Input, { name }: MetricName): boolean {
  const unit = textOf(input, "Unit");
  return unit === undefined || unit === unitOf(name);
}
