import { type Markup, markup } from "./html";
import { linear, type Scale } from "./scale";

/** Size of a chart in its own units, and where its plot lies. */
export const WIDTH = 900;
export const LEFT = 62;
export const RIGHT = WIDTH - 14;

/** A moment that is drawn through a chart, by the number it has in the list of steps. */
export interface Mark {
  number: number;
  atMs: number;
}

/** What every chart over time shares. */
export interface TimeFrame {
  fromMs: number;
  toMs: number;
  marks: Mark[];
  /** From when to when the target was out of the rotation. */
  out?: { fromMs: number; toMs: number; target: string };
}

/** Height above the plot: title, legend, and up to three rows of numbers. */
export const TOP = 78;
const FLAG_ROWS = 3;

/** The time axis of a frame. */
export const timeScale = ({ fromMs, toMs }: TimeFrame): Scale =>
  linear([fromMs / 1000, toMs / 1000], [LEFT, RIGHT], 10);

/** Title, axes, grid, shading and numbered moments around what is plotted. */
export function framed(from: {
  title: string;
  legend: Markup;
  frame: TimeFrame;
  y: Scale;
  yLabel: string;
  height: number;
  plot: Markup;
}): Markup {
  const { title, legend, frame, y, yLabel, height, plot } = from;
  const x = timeScale(frame);
  const bottom = height - 40;
  return markup`<svg
    class="chart"
    role="img"
    viewBox="0 0 ${WIDTH} ${height}"
    xmlns="http://www.w3.org/2000/svg"
  >
    <title>${title}</title>
    <text class="title" x="0" y="14">${title}</text>
    ${legend} ${frame.out && shaded(frame.out, x, bottom)}
    ${y.ticks.map((tick) => markup`<line class="grid" x1="${LEFT}" x2="${RIGHT}" y1="${px(y(tick))}" y2="${px(y(tick))}" /><text x="${LEFT - 8}" y="${px(y(tick) + 4)}" text-anchor="end">${tick.toLocaleString("en-US")}</text>`)}
    ${x.ticks.map((tick) => markup`<text x="${px(x(tick))}" y="${bottom + 17}" text-anchor="middle">${tick}</text>`)}
    <line class="axis" x1="${LEFT}" x2="${RIGHT}" y1="${bottom}" y2="${bottom}" />
    <text x="${(LEFT + RIGHT) / 2}" y="${height - 4}" text-anchor="middle">
      seconds after the fault
    </text>
    <text transform="translate(13 ${(TOP + bottom) / 2}) rotate(-90)" text-anchor="middle">
      ${yLabel}
    </text>
    ${plot} ${flags(frame.marks, x, bottom)}
  </svg>`;
}

function shaded({ fromMs, toMs, target }: NonNullable<TimeFrame["out"]>, x: Scale, bottom: number) {
  const [left, right] = [x(fromMs / 1000), x(toMs / 1000)];
  const label = `${target} out of the rotation`;
  return markup`<rect
      class="band"
      x="${px(left)}"
      y="${TOP}"
      width="${px(right - left)}"
      height="${bottom - TOP}"
    />
    ${right - left > 7 * label.length && markup`<text class="over" x="${px((left + right) / 2)}" y="${TOP + 14}" text-anchor="middle">${label}</text>`}`;
}

/** Numbers that would touch stand in the next row. */
function flags(marks: Mark[], x: Scale, bottom: number): Markup[] {
  const ends = new Array<number>(FLAG_ROWS).fill(-Infinity);
  return marks.map(({ number, atMs }) => {
    const at = x(atMs / 1000);
    const free = ends.findIndex((end) => at - 9 > end);
    const row = free < 0 ? ends.indexOf(Math.min(...ends)) : free;
    // A number that has no room beside the last one of its row moves to the right of it.
    const centre = Math.max(at, ends[row]! + 10);
    ends[row] = centre + 9;
    const y = TOP - 9 - row * 17;
    return markup`<line class="mark" x1="${px(at)}" x2="${px(at)}" y1="${TOP - 1}" y2="${bottom}" />
      <rect class="flag" x="${px(centre - 9)}" y="${y - 8}" width="18" height="16" rx="8" /><text
        class="flag-text"
        x="${px(centre)}"
        y="${y + 4}"
        text-anchor="middle"
        >${number}</text
      >`;
  });
}

/** An entry of a legend: a sample of the colour and its meaning, from `x` on. */
export function legendEntry(x: number, sample: Markup, label: string): Markup {
  return markup`<g transform="translate(${x} 0)">${sample}<text x="20" y="14">${label}</text></g>`;
}

/** Coordinates to a tenth. */
export const px = (value: number): number => Math.round(value * 10) / 10;
