import { weightText } from "../anomalies";
import type { LiveSnapshot, LiveTarget } from "../live/liveModel";
import { whyOut } from "../live/targetLooks";
import { clock, requests, span } from "../live/words";
import { type Markup, markup } from "../report/html";
import { stateIcon, stateOf } from "./states";

/** What a target's card says above its buttons. */
export function card(target: LiveTarget, snapshot: LiveSnapshot, index: number): Markup {
  const { name, since, faults, retried, lost } = target;
  const { level, word } = stateOf(target);
  const open = snapshot.incidents.find(
    (one) => one.target === name && one.endedAt === undefined && one.outAt !== undefined,
  );
  const why = level === "good" ? "" : (open?.why ?? whyNow(target));
  const weight = target.setWeight && weightText(target.setWeight, clock);
  return markup`<div class="row">
      <h3><span class="key t${index}" aria-hidden="true"></span>${name}</h3>
      <strong class="state ${level}">${stateIcon(level)} ${word}</strong>
    </div>
    <p class="soft">
      ${since === undefined ? "" : `since ${clock(since)}, ${span(snapshot.at - since)}`}${target.reason !== null && `, ${target.reason}`}
    </p>
    ${why !== "" && markup`<p class="why ${level}">${why}</p>`}
    ${weight !== undefined && markup`<p class="why warn">${weight}</p>`}
    ${open && markup`<p class="why ${level}">${requests(open.lost)} lost in it, ${open.masked} hidden by retries</p>`}
    ${faults.length > 0 && markup`<p class="fault">fault in force: <code>${faults.join(", ")}</code></p>`}
    ${shareBar(target, index)}
    <dl class="figures">
      <div><dt>p50</dt><dd>${ms(target.p50)}</dd></div>
      <div><dt>p95</dt><dd>${ms(target.p95)}</dd></div>
      <div><dt>all clients</dt><dd>${target.rate.toFixed(target.rate < 10 ? 1 : 0)}/s</dd></div>
      <div><dt>retried</dt><dd>${retried}</dd></div>
      <div><dt>errors</dt><dd>${lost}</dd></div>
    </dl>
    ${checks(target)}`;
}

/** In the target's own words where no incident explains it. */
function whyNow(target: LiveTarget): string {
  const { state, failed, sent } = target;
  if (state === "healthy") return `${failed} of its last ${sent} answers were errors`;
  return state === "unhealthy" || state === "unavailable" ? whyOut(target) : "";
}

function shareBar({ share, ideal }: LiveTarget, index: number): Markup {
  const said = share === null ? "no requests" : `${percent(share)} of requests`;
  const at = 200 * Math.min(1, ideal);
  return markup`<p class="share">${said} <span class="soft">(ideal ${percent(ideal)})</span></p>
    <svg class="bar" viewBox="0 0 200 10" preserveAspectRatio="none" aria-hidden="true">
      <rect class="back" width="200" height="10" /><rect
        class="t${index}"
        width="${(200 * (share ?? 0)).toFixed(1)}"
        height="10"
      />
      <path class="ideal" d="M${at.toFixed(1)} 0V10" />
    </svg>`;
}

/** One mark a check, the newest on the right. */
function checks({ checks: all, check, detail }: LiveTarget): Markup {
  const passed = all.filter(Boolean).length;
  const label = `last ${all.length} checks: ${passed} passed, ${all.length - passed} failed`;
  return markup`<svg class="checks" viewBox="0 0 200 12" role="img" aria-label="${label}">
      ${all.map((good, i) => {
        const x = 200 - (all.length - i) * 10 + 5;
        return good
          ? markup`<circle class="good" cx="${x}" cy="6" r="3.5" />`
          : markup`<path class="bad" d="M${x - 3} 3l6 6m0-6l-6 6" />`;
      })}
    </svg>
    <p class="soft small">last check ${check}${detail !== "" && `: ${detail}`}</p>`;
}

const percent = (part: number) => `${Math.round(part * 100)} %`;

export const ms = (value: number | null): string =>
  value === null ? "–" : `${value < 10 ? value.toFixed(1) : Math.round(value)} ms`;
