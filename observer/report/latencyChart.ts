import type { ExperimentResult } from "../experiment";
import { framed, legendEntry, px, RIGHT, type TimeFrame, timeScale, TOP } from "./frame";
import { type Markup, markup } from "./html";
import { logarithmic, type Scale } from "./scale";

const HEIGHT = 300;

/** Latency over time: median, 99th percentile, and everything up to the slowest; lost requests. */
export function latencyChart(
  result: ExperimentResult,
  frame: TimeFrame,
  topMs: number,
): Markup | undefined {
  const { series, losses = [] } = result;
  if (!series) return undefined;
  const bottom = HEIGHT - 40;
  const y = logarithmic([1, 10 ** Math.ceil(Math.log10(Math.max(100, topMs)))], [bottom, TOP]);
  const x = timeScale(frame);
  const at = (bucket: number) => x((series.fromMs + (bucket + 0.5) * series.stepMs) / 1000);
  const runs = answered(series.p50Ms);
  const legend = [
    legendEntry(RIGHT - 480, markup`<path class="median" d="M0 10H14" />`, "median"),
    legendEntry(RIGHT - 390, markup`<path class="tail" d="M0 10H14" />`, "99th percentile"),
    legendEntry(
      RIGHT - 250,
      markup`<rect class="range" width="14" height="12" y="4" />`,
      "median to slowest",
    ),
    legendEntry(RIGHT - 110, cross(7, 10), `lost (${losses.length})`),
  ];
  const line = (kind: string, values: (number | null)[]) =>
    runs.map((run) => markup`<path class="${kind}" d="${path(run, values, at, y)}" />`);
  return framed({
    title: "Latency of answered requests",
    legend: markup`${legend}`,
    frame,
    y,
    yLabel: "milliseconds",
    height: HEIGHT,
    plot: markup`${runs.map((run) => markup`<path class="range" d="${area(run, series.p50Ms, series.maxMs, at, y)}" />`)}
    ${line("tail", series.p99Ms)}${line("median", series.p50Ms)}
    ${losses.map(({ atMs }) => cross(x(atMs / 1000), bottom - 7))}`,
  });
}

function cross(x: number, y: number): Markup {
  return markup`<path class="lost" d="M${px(x - 4)} ${px(y - 4)}l8 8m0-8l-8 8" />`;
}

/** Stretches of buckets in which requests were answered, as indices. */
function answered(values: (number | null)[]): number[][] {
  const runs: number[][] = [];
  values.forEach((value, at) => {
    if (value === null) return;
    if (at === 0 || values[at - 1] === null) runs.push([]);
    runs.at(-1)!.push(at);
  });
  return runs;
}

function path(
  run: number[],
  values: (number | null)[],
  at: Scale | ((n: number) => number),
  y: Scale,
) {
  return run.map((n, i) => `${i ? "L" : "M"}${px(at(n))} ${px(y(values[n]!))}`).join("");
}

function area(
  run: number[],
  low: (number | null)[],
  high: (number | null)[],
  at: (n: number) => number,
  y: Scale,
): string {
  const back = [...run].reverse().map((n) => `L${px(at(n))} ${px(y(low[n]!))}`);
  return `${path(run, high, at, y)}${back.join("")}Z`;
}
