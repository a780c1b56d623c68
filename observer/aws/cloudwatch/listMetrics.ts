import type { AwsFacts } from "../facts";
import type { Document } from "../wire/document";
import { neededText, structuresOf, textOf } from "../wire/input";
import { pageOf } from "../wire/paging";
import type { Input } from "../wire/query";
import type { MetricName } from "./metricStore";

/** CloudWatch's page. */
const PAGE = 500;

export function listMetrics(input: Input, { metrics }: AwsFacts): Document {
  const namespace = textOf(input, "Namespace");
  const name = textOf(input, "MetricName");
  const dimensions = structuresOf(input, "Dimensions").map((one) => ({
    name: neededText(one, "Name"),
    value: textOf(one, "Value"),
  }));
  const found = metrics
    .names()
    .filter((metric) => namespace === undefined || metric.namespace === namespace)
    .filter((metric) => name === undefined || metric.name === name)
    .filter((metric) =>
      dimensions.every((one) => {
        const value = Object.hasOwn(metric.dimensions, one.name)
          ? metric.dimensions[one.name]
          : undefined;
        return value !== undefined && (one.value === undefined || one.value === value);
      }),
    );
  const marker = textOf(input, "NextToken");
  const { items, next } = pageOf(found, { marker, size: PAGE }, "InvalidParameterValue");
  return { Metrics: items.map(described), NextToken: next };
}

const described = ({ namespace, name, dimensions }: MetricName): Document => ({
  Namespace: namespace,
  MetricName: name,
  Dimensions: Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value })),
});
