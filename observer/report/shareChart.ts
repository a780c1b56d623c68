import type { ExperimentResult } from "../experiment";
import { framed, legendEntry, px, RIGHT, type TimeFrame, timeScale, TOP } from "./frame";
import { type Markup, markup } from "./html";
import { linear } from "./scale";
import { COLOURS } from "./style";

const HEIGHT = 280;
/** Buckets of the series that one column adds up: fewer jump with every request. */
const ADDED_UP = 2;
/** Above the highest column, for words. */
const ROOM = 1.2;

/** Who answered, over time: a column for each fifth of a second, lost requests on top. */
export function shareChart(result: ExperimentResult, frame: TimeFrame): Markup | undefined {
  const { series, targets } = result;
  if (!series) return undefined;
  const stepMs = series.stepMs * ADDED_UP;
  const perSecond = (values: number[]) =>
    Array.from({ length: Math.ceil(values.length / ADDED_UP) }, (_, i) => {
      const own = values.slice(i * ADDED_UP, (i + 1) * ADDED_UP);
      return (own.reduce((sum, value) => sum + value, 0) * 1000) / (own.length * series.stepMs);
    });
  const layers = [
    ...targets.map((name, i) => ({
      kind: `t${i % COLOURS}`,
      values: perSecond(series.ok[name] ?? []),
    })),
    { kind: "lost-bar", values: perSecond(series.failed) },
  ];
  const columns = layers[0]!.values.length;
  const heights = Array.from({ length: columns }, (_, at) =>
    layers.reduce((sum, { values }) => sum + (values[at] ?? 0), 0),
  );
  const bottom = HEIGHT - 40;
  const y = linear([0, Math.max(1, ...heights) * ROOM], [bottom, TOP], 4);
  const x = timeScale(frame);
  const bars = Array.from({ length: columns }, (_, at) => {
    const left = x((series.fromMs + at * stepMs) / 1000);
    const right = Math.min(RIGHT, x((series.fromMs + (at + 1) * stepMs) / 1000));
    let base = 0;
    return layers.map(({ kind, values }) => {
      const value = values[at] ?? 0;
      if (value === 0) return undefined;
      const [low, high] = [y(base), y((base += value))];
      return markup`<rect
        class="${kind}"
        x="${px(left + 0.5)}"
        y="${px(high)}"
        width="${px(Math.max(0.5, right - left - 1))}"
        height="${px(low - high)}"
      />`;
    });
  });
  return framed({
    title: "Who answered",
    legend: legendOf(targets),
    frame,
    y,
    yLabel: "requests per second",
    height: HEIGHT,
    plot: markup`${bars}`,
  });
}

/** From the right: the entries' widths follow from their names. */
function legendOf(targets: string[]): Markup {
  const entries = [
    ...targets.slice(0, COLOURS).map((name, i) => ({ kind: `t${i}`, name })),
    { kind: "lost-bar", name: "lost" },
  ];
  let x = RIGHT;
  return markup`${entries.reverse().map(({ kind, name }) => {
    x -= 36 + 7 * name.length;
    return legendEntry(x, markup`<rect class="${kind}" width="13" height="12" y="4" />`, name);
  })}`;
}
