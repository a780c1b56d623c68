import { createHash } from "node:crypto";
import { markup } from "../report/html";
import { THEME } from "../report/style";
import { endless, FOOTER, framed } from "../view/frame";
import { VIEW_STYLE } from "../view/style";
import { readRecording } from "./recording";
import { Tape } from "./tape";
import { REPLAY_STYLE } from "./style";

/** How fast a replay may go, beside the time that it was. */
export const SPEEDS = [0.1, 0.25, 0.5, 1, 2, 5, 10, 30];

/**
 * A recording as one page that works from a file: the same view, with a slider over time. Its policy lets its own
 * script and style run, by their hashes, and nothing be loaded or sent.
 *
 * @param text the recording's lines
 * @throws when they are none
 */
export function replayPage(text: string, script: string): string {
  const recording = readRecording(text);
  const { header } = recording;
  const { title: what, stack, url, rate, targets, startedAt } = header;
  const title = `Load balancer, replay: ${what}`;
  const style = THEME + VIEW_STYLE + REPLAY_STYLE;
  const policy = [
    "default-src 'none'",
    `script-src ${hash(endless(script))}`,
    `style-src ${hash(style)}`,
    "img-src data:",
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
  const when = `${new Date(startedAt).toISOString().slice(0, 16).replace("T", " ")} UTC`;
  return framed({
    ...{ title, style, script },
    lead: `recorded ${when}, stack ${stack}, ${url}, ${rateText(rate, new Tape(recording).rate())}`,
    head: markup`<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="referrer" content="no-referrer">`,
    controls: CONTROLS,
    cards: targets.map(
      (name, i) =>
        markup`<article aria-label="${name}"><div data-part="card-${i}"></div></article>`,
    ),
    footer: `Figures are of the requests that were recorded, ${FOOTER}`,
    // What a killed program left of a line is of no use to a reader.
    data: { id: "recording", type: "application/jsonl", text: whole(text) },
  }).text;
}

const CONTROLS = markup`<noscript><p class="notice">A replay needs JavaScript; nothing is loaded from elsewhere.</p></noscript>
<div class="player" role="group" aria-label="Replay">
  <button type="button" id="play" aria-keyshortcuts="Space"><span aria-hidden="true" id="play-icon">▶</span> <span id="play-word">Play</span></button>
  <div class="track"><svg id="track" viewBox="0 0 1000 20" preserveAspectRatio="none" aria-hidden="true"></svg><input type="range" id="time" min="0" step="100" value="0" aria-label="time of the replay"></div>
  <p id="clock"></p>
  <label for="speed">speed <select id="speed">${SPEEDS.map((speed) => markup`<option value="${speed}"${speed === 1 && markup` selected`}>${speed}×</option>`)}</select></label>
</div>
<ol class="moments" id="moments" aria-label="what happened, to jump to"></ol>
<p class="soft small keys">Space plays and pauses; ← and → go a second, with Shift ten; Page Up and Page Down on the slider go from moment to moment.</p>`;

/** The rate that was asked for, or what it came to where that is another one. */
function rateText(asked: number, came: number): string {
  if (asked === 0) return "without requests";
  const kept = Math.abs(came - asked) <= asked / 5;
  return kept ? `${asked} requests/s` : `${Math.round(came)} requests/s on the average`;
}

const hash = (text: string) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;

const whole = (text: string) => text.slice(0, text.lastIndexOf("\n") + 1);
