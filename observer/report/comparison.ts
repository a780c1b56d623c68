import type { ExperimentResult } from "../experiment";
import { gapMs } from "../gaps";
import { type Markup, markup } from "./html";
import { latencyChart } from "./latencyChart";
import { tableOf, verdict } from "./sections";
import { shareChart } from "./shareChart";
import { timeFrame } from "./story";

/** The profiles in the order of what they lose. */
const ORDER = ["plain", "alb-default", "tuned"];

/** Figures of one result for a row of a table. */
export function figuresOf(result: ExperimentResult): string[] {
  const { accounts, gaps = [], latencyMs, masked } = result;
  const failed = (method: "GET" | "HEAD" | "POST") =>
    accounts ? `${accounts[method].failed} of ${accounts[method].sent}` : "–";
  const ms = (value: number | undefined) => (value === undefined ? "–" : value.toFixed(0));
  return [
    failed("GET"),
    failed("HEAD"),
    failed("POST"),
    ms(gapMs(gaps, "removed")),
    ms(gapMs(gaps, "returned")),
    ms(latencyMs?.whole.p99),
    masked ? String(masked.retried) : "–",
  ];
}

export const FIGURES = [
  "GET lost",
  "HEAD lost",
  "POST lost",
  "removed, ms",
  "returned, ms",
  "p99, ms",
  "retried",
];

/** Every experiment in a row. */
export function summary(results: readonly ExperimentResult[]): Markup {
  const rows = results.map((result) => [
    result.experiment,
    result.profile,
    verdict(result.pass),
    ...figuresOf(result),
  ]);
  return tableOf(["experiment", "profile", "", ...FIGURES], rows, [3, 4, 5, 6, 7, 8, 9]);
}

/** The same fault under every profile that was measured: figures, and charts on one scale. */
export function comparison(results: readonly ExperimentResult[]): Markup | undefined {
  if (results.length < 2) return undefined;
  const sorted = [...results].sort((a, b) => ORDER.indexOf(a.profile) - ORDER.indexOf(b.profile));
  const topMs = Math.max(...sorted.map(({ latencyMs }) => latencyMs?.whole.max ?? 0));
  const frames = sorted.map(timeFrame);
  // As long as the shortest: an ALB's defaults take minutes to take a target back.
  const fromMs = Math.max(...frames.map((frame) => frame.fromMs));
  const toMs = Math.max(1000, Math.min(...frames.map((frame) => frame.toMs)));
  return markup`<section>
    <h2>${sorted[0]!.experiment}: the profiles side by side</h2>
    <p class="soft">The same fault at the same rate; one scale for all, cut to the shortest.</p>
    ${tableOf(
      ["profile", ...FIGURES],
      sorted.map((one) => [one.profile, ...figuresOf(one)]),
      [1, 2, 3, 4, 5, 6, 7],
    )}
    ${sorted.map((one, at) => {
      const { out, marks } = frames[at]!;
      const frame = {
        fromMs,
        toMs,
        marks: marks.filter(({ atMs }) => atMs <= toMs),
        ...(out && out.fromMs < toMs && { out: { ...out, toMs: Math.min(out.toMs, toMs) } }),
      };
      const cut = within(one, fromMs, toMs);
      return markup`<h3>${one.profile}</h3>
        <figure>${shareChart(cut, frame)}</figure>
        <figure>${latencyChart(cut, frame, topMs)}</figure>`;
    })}
  </section>`;
}

/** The part of a result's series and losses that lies between two times. */
function within(result: ExperimentResult, fromMs: number, toMs: number): ExperimentResult {
  const { series, losses = [] } = result;
  if (!series) return result;
  const first = Math.round((fromMs - series.fromMs) / series.stepMs);
  const last = Math.round((toMs - series.fromMs) / series.stepMs);
  const cut = <T>(values: T[]) => values.slice(first, last);
  return {
    ...result,
    losses: losses.filter(({ atMs }) => atMs >= fromMs && atMs < toMs),
    series: {
      ...series,
      fromMs,
      ok: Object.fromEntries(
        Object.entries(series.ok).map(([name, values]) => [name, cut(values)]),
      ),
      failed: cut(series.failed),
      p50Ms: cut(series.p50Ms),
      p99Ms: cut(series.p99Ms),
      maxMs: cut(series.maxMs),
    },
  };
}
