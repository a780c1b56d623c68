import { type Markup, markup } from "../report/html";
import type { Moment, Overview } from "./moments";
import { timeText } from "./timeText";

const WIDTH = 1000;
const HEIGHT = 20;
/** More marks than this stand on top of one another. */
const mostLosses = 500;

/** What happened over the whole of a recording, as wide as the slider below it. */
export function track({ stretches, lostAt }: Overview, fromAt: number, toAt: number): Markup {
  const x = (at: number) => {
    const part = (Math.min(toAt, Math.max(fromAt, at)) - fromAt) / (toAt - fromAt);
    return Math.round(part * WIDTH * 10) / 10;
  };
  const step = Math.max(1, Math.ceil(lostAt.length / mostLosses));
  const losses = lostAt.filter((_, i) => i % step === 0).map((at) => `M${x(at)} 0V${HEIGHT}`);
  return markup`<rect class="back" y="3" width="${WIDTH}" height="14" />
    ${stretches.map(({ kind, fromAt: from, toAt: to }) => markup`<rect class="${kind}" x="${x(from)}" y="3" width="${Math.max(1, x(to) - x(from))}" height="14" />`)}
    <path class="lost" d="${losses.join("")}" />`;
}

/** A button for each moment. */
export function momentButtons(moments: readonly Moment[], fromAt: number): Markup {
  return markup`${moments.map(
    ({ at, level, what }, i) =>
      markup`<li class="${level}"><button type="button" data-moment="${i}"><b>${timeText(at - fromAt)}</b> ${what}</button></li>`,
  )}`;
}
