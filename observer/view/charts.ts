import type { Incident } from "../live/incidents";
import type { LiveSnapshot } from "../live/liveModel";
import { type Markup, markup } from "../report/html";
import { linear } from "../report/scale";

const WIDTH = 420;
const LEFT = 52;
const RIGHT = WIDTH - 8;

/** The x of a moment; the newest bucket ends at the right. */
function timeAxis({ series }: LiveSnapshot) {
  const { fromAt, stepMs, sent } = series;
  const toAt = fromAt + stepMs * sent.length;
  const x = (at: number) => LEFT + ((RIGHT - LEFT) * (at - fromAt)) / (toAt - fromAt);
  return { fromAt, toAt, x: (at: number) => round(Math.min(RIGHT, Math.max(LEFT, x(at)))) };
}

/** Median and 95th percentile over the last minute. */
export function latencyChart(snapshot: LiveSnapshot): Markup {
  const { series } = snapshot;
  const height = 150;
  const top = 10;
  const bottom = height - 22;
  const highest = Math.max(10, ...series.p95.map((value) => value ?? 0));
  const y = linear([0, highest], [bottom, top], 3);
  const { x } = timeAxis(snapshot);
  const path = (column: (number | null)[]) =>
    column
      .map((value, i) => {
        if (value === null) return "";
        const pen = i > 0 && column[i - 1] !== null ? "L" : "M";
        return `${pen}${x(series.fromAt + (i + 0.5) * series.stepMs)} ${round(y(value))}`;
      })
      .join("");
  const label = `latency in the last minute: highest 95th percentile ${Math.round(highest)} ms`;
  return markup`<svg viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${label}">
    ${bands(snapshot, top, bottom)}
    ${y.ticks.map((tick) => markup`<path class="grid" d="M${LEFT} ${round(y(tick))}H${RIGHT}" /><text x="${LEFT - 6}" y="${round(y(tick)) + 4}" text-anchor="end">${tick < 1000 ? `${tick} ms` : `${tick / 1000} s`}</text>`)}
    ${seconds(snapshot, height)}
    <path class="p95" d="${path(series.p95)}" /><path class="p50" d="${path(series.p50)}" />
  </svg>`;
}

/** Answered and lost requests over the last minute. */
export function successChart(snapshot: LiveSnapshot): Markup {
  const { series } = snapshot;
  const height = 150;
  const top = 10;
  const bottom = height - 22;
  const perSecond = 1000 / series.stepMs;
  const y = linear([0, Math.max(1, ...series.sent) * perSecond], [bottom, top], 3);
  const { x } = timeAxis(snapshot);
  const lost = series.failed.reduce((a, b) => a + b, 0);
  const bar = (kind: string, i: number, from: number, count: number) => {
    if (count === 0) return "";
    const left = x(series.fromAt + i * series.stepMs);
    const right = x(series.fromAt + (i + 1) * series.stepMs);
    const upper = round(y((from + count) * perSecond));
    const tall = Math.max(kind === "lost" ? 4 : 0, round(y(from * perSecond) - upper));
    return markup`<rect class="${kind}" x="${left}" y="${upper}" width="${round(Math.max(0.5, right - left - 0.6))}" height="${round(tall)}" />`;
  };
  const label = `requests in the last minute: ${lost} lost`;
  return markup`<svg viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${label}">
    ${bands(snapshot, top, bottom)}
    ${y.ticks.map((tick) => markup`<path class="grid" d="M${LEFT} ${round(y(tick))}H${RIGHT}" /><text x="${LEFT - 6}" y="${round(y(tick)) + 4}" text-anchor="end">${tick}/s</text>`)}
    ${seconds(snapshot, height)}
    ${series.sent.map((sent, i) => bar("ok", i, 0, sent - series.failed[i]!))}
    ${series.sent.map((sent, i) => bar("lost", i, sent - series.failed[i]!, series.failed[i]!))}
  </svg>`;
}

/** A lane a target: when it was out, drained or under a fault. */
export function lanes(snapshot: LiveSnapshot): Markup {
  const { targets, incidents } = snapshot;
  const rowHeight = 24;
  const height = targets.length * rowHeight + 22;
  const { x, fromAt, toAt } = timeAxis(snapshot);
  const rows = targets.map(({ name }, i) => {
    const top = i * rowHeight + 3;
    const own = incidents.filter((one) => one.target === name && (one.endedAt ?? toAt) > fromAt);
    return markup`<text class="strong" x="${LEFT - 6}" y="${top + 13}" text-anchor="end">${name}</text>
      <rect class="lane" x="${LEFT}" y="${top}" width="${RIGHT - LEFT}" height="18" />
      ${own.map((one) => laneMarks(one, { x, toAt, top }))}`;
  });
  return markup`<svg viewBox="0 0 ${WIDTH} ${height}" aria-hidden="true">${rows} ${seconds(snapshot, height)}</svg>`;
}

function laneMarks(
  one: Incident,
  { x, toAt, top }: { x: (at: number) => number; toAt: number; top: number },
): Markup {
  const { outAt, backAt, faultAt, fault, endedAt, drained } = one;
  const part = (kind: string, from: number, to: number) =>
    markup`<rect class="${kind}" x="${x(from)}" y="${top}" width="${round(Math.max(1, x(to) - x(from)))}" height="18" />`;
  const out = outAt === undefined ? "" : part(drained ? "drained" : "out", outAt, backAt ?? toAt);
  const word = drained ? "drained" : "DOWN";
  const room = outAt === undefined ? 0 : x(backAt ?? toAt) - x(outAt);
  return markup`${faultAt !== undefined && part("faulty", faultAt, endedAt ?? toAt)} ${out}
    ${room > 40 && markup`<text class="inside" x="${x(outAt!) + 5}" y="${top + 13}">${word}</text>`}
    ${faultAt !== undefined && x(faultAt) > LEFT && markup`<path class="flag" d="M${x(faultAt)} ${top - 2}v22" /><text class="small" x="${x(faultAt) - 4}" y="${top + 13}" text-anchor="end">${fault}</text>`}`;
}

/** The time in which a target was out, behind what is plotted. */
function bands(snapshot: LiveSnapshot, top: number, bottom: number): Markup[] {
  const { x, toAt, fromAt } = timeAxis(snapshot);
  return snapshot.incidents
    .filter(({ outAt, backAt }) => outAt !== undefined && (backAt ?? toAt) > fromAt)
    .map(({ outAt, backAt, drained }) => {
      const left = x(outAt!);
      return markup`<rect class="${drained ? "drained" : "out"}" x="${left}" y="${top}" width="${round(Math.max(1, x(backAt ?? toAt) - left))}" height="${bottom - top}" />`;
    });
}

function seconds({ at, series }: LiveSnapshot, height: number): Markup[] {
  const span = series.stepMs * series.sent.length;
  const x = (ago: number) => RIGHT - ((RIGHT - LEFT) * ago * 1000) / span;
  return [60, 45, 30, 15, 0]
    .filter((ago) => ago * 1000 <= span && at > 0)
    .map((ago) => {
      const anchor = ago === 0 ? "end" : ago === 60 ? "start" : "middle";
      return markup`<text x="${round(x(ago))}" y="${height - 5}" text-anchor="${anchor}">${ago === 0 ? "now" : `${ago} s ago`}</text>`;
    });
}

const round = (value: number) => Math.round(value * 10) / 10;
