import type { Gap } from "../gaps";
import { legendEntry, px, RIGHT, WIDTH } from "./frame";
import { type Markup, markup } from "./html";
import { logarithmic, type Scale } from "./scale";

const LABELS = 380;
const ROW = 30;
const TOP = 34;

/** Each gap as a point on a scale of powers of ten, over the ranges AWS documents for an ALB. */
export function gapsChart(gaps: Gap[]): Markup | undefined {
  if (gaps.length === 0) return undefined;
  const bottom = TOP + gaps.length * ROW;
  const x = logarithmic([1, 300_000], [LABELS, RIGHT]);
  return markup`<svg
    class="chart"
    role="img"
    viewBox="0 0 ${WIDTH} ${bottom + 42}"
    xmlns="http://www.w3.org/2000/svg"
  >
    <title>Gaps, beside an ALB's</title>
    <text class="title" x="0" y="14">Gaps, beside an ALB's</text>
    ${legendEntry(RIGHT - 380, markup`<circle class="here" cx="7" cy="10" r="5.5" />`, "measured here")}
    ${legendEntry(RIGHT - 250, markup`<rect class="fastest" width="14" height="12" y="4" />`, "ALB's fastest")}
    ${legendEntry(RIGHT - 125, markup`<rect class="default" width="14" height="12" y="4" />`, "ALB's default")}
    ${x.ticks.map((tick) => markup`<line class="grid" x1="${px(x(tick))}" x2="${px(x(tick))}" y1="${TOP - 6}" y2="${bottom}" /><text x="${px(x(tick))}" y="${bottom + 16}" text-anchor="middle">${spelt(tick)}</text>`)}
    <line class="axis" x1="${LABELS}" x2="${RIGHT}" y1="${bottom}" y2="${bottom}" />
    ${gaps.map((gap, at) => row(gap, TOP + at * ROW + ROW / 2, x))}
  </svg>`;
}

function row({ what, ms, albFastestMs, albDefaultMs }: Gap, y: number, x: Scale): Markup {
  return markup`<text x="0" y="${y + 4}">${what}</text>
    ${range(albDefaultMs, y + 1, "default", x)}${range(albFastestMs, y - 9, "fastest", x)}
    <circle class="here" cx="${px(x(ms))}" cy="${y}" r="5.5" /><text
      class="title"
      x="${LABELS - 24}"
      y="${y + 4}"
      text-anchor="end"
      >${spelt(ms)}</text
    >`;
}

function range(ms: Gap["albFastestMs"], y: number, kind: string, x: Scale): Markup | undefined {
  if (!ms) return undefined;
  const [left, right] = [x(ms[0]), x(ms[1])];
  return markup`<rect
    class="${kind}"
    x="${px(left - 2)}"
    y="${y}"
    width="${px(right - left + 4)}"
    height="8"
    rx="2"
  />`;
}

/** Milliseconds as people say them: `250 ms`, `1.4 s`, `2 min 30 s`. */
export function spelt(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 120_000) return `${Math.round(ms / 100) / 10} s`;
  const [minutes, seconds] = [Math.floor(ms / 60_000), Math.round((ms % 60_000) / 1000)];
  return seconds === 0 ? `${minutes} min` : `${minutes} min ${seconds} s`;
}
