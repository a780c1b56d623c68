import { costOf, clock, headline, incidentText, incidentTitle } from "../live/words";
import { type Markup, markup } from "../report/html";
import { card, ms } from "./cards";
import { lanes, latencyChart, successChart } from "./charts";
import { nodes, wires } from "./flow";
import type { LiveMessage, PageFacts } from "./message";
import { stateIcon } from "./states";

/** The parts of the page that change, by the name that their place in the page has. */
export function parts(
  message: LiveMessage,
  facts: PageFacts,
  narrow: boolean,
): Record<string, string> {
  const { snapshot } = message;
  const all: Record<string, Markup> = {
    headline: headlinePart(message),
    notice: notice(message, facts),
    tiles: tiles(message),
    wires: wires(snapshot, narrow),
    nodes: nodes(snapshot, narrow),
    latency: latencyChart(snapshot),
    success: successChart(snapshot),
    lanes: lanes(snapshot),
    story: story(message),
    losses: losses(message),
  };
  snapshot.targets.forEach((target, i) => (all[`card-${i}`] = card(target, snapshot, i)));
  return Object.fromEntries(Object.entries(all).map(([name, part]) => [name, part.text]));
}

/** What a screen reader is told when it changes: the title, without the seconds that go on. */
export function announcement({ snapshot }: LiveMessage): string {
  const [newest] = snapshot.incidents;
  const { title } = headline(snapshot);
  const why = newest?.endedAt === undefined && newest?.why ? `, because ${newest.why}` : "";
  return `${title}${why}`;
}

function headlinePart({ snapshot }: LiveMessage): Markup {
  const { level, title, text, facts } = headline(snapshot);
  const pieces = facts?.map(
    ([label, value]) => markup`<div class="fact-${label}"><dt>${label}</dt><dd>${value}</dd></div>`,
  );
  return markup`<div class="headline ${level}">
    <h2>${stateIcon(level)} ${title}</h2>
    ${pieces ? markup`<dl>${pieces}</dl>` : markup`<p>${text}</p>`}
  </div>`;
}

function notice({ dotStands, snapshot }: LiveMessage, { rate }: PageFacts): Markup {
  const { heldBackFor } = snapshot;
  if (heldBackFor !== undefined) {
    const command = `./lab ${heldBackFor}`;
    return markup`<p class="notice">${command} measures: requests of this page are held back, so that they do not change what it finds.</p>`;
  }
  const troubles = snapshot.troubles.map(
    ({ source, since, error }) =>
      markup`<p class="notice">${source} does not answer since ${clock(since)}: ${error}</p>`,
  );
  const many = `one dot: ${dotStands} requests; each lost one has a ring of its own`;
  const dots = rate === 0 ? "" : dotStands === 1 ? "one dot: one request" : many;
  return markup`${troubles}<p class="soft small">${dots}</p>`;
}

function tiles({ snapshot }: LiveMessage): Markup {
  const { window, totals, budget, windowMs } = snapshot;
  // What begins has no whole window behind it yet.
  const lookedMs = Math.min(windowMs, Math.max(1000, snapshot.at - snapshot.startedAt));
  const rate = window.sent / (lookedMs / 1000);
  const success = window.sent === 0 ? "–" : percent(window.ok / window.sent);
  const allowed = Math.floor(budget.allowed);
  const lostInAll = totals.failed > 0;
  const tile = (label: string, value: string, level = "") =>
    markup`<div class="tile ${level}"><dt>${label}</dt><dd>${value}</dd></div>`;
  return markup`${tile("lost requests", String(totals.failed), lostInAll ? "bad" : "good")}
    ${tile("hidden by retries", String(totals.retried))}
    ${tile(`success, last ${windowMs / 1000} s`, success, window.failed > 0 ? "bad" : "good")}
    ${tile("requests", `${rate.toFixed(rate < 10 ? 1 : 0)}/s`)}
    ${tile("p50", ms(window.p50))} ${tile("p95", ms(window.p95))} ${tile("p99", ms(window.p99))}
    ${tile(`error budget (${budget.objective * 100} %)`, `${budget.used} of ${allowed}`, budget.used > allowed ? "bad" : "")}`;
}

/** Every incident in words, the newest first. */
function story({ snapshot }: LiveMessage): Markup {
  const { incidents, at } = snapshot;
  if (incidents.length === 0)
    return markup`<p class="soft">No target was out since ${clock(snapshot.startedAt)}.</p>`;
  return markup`<ol class="story" reversed>
    ${incidents.slice(0, 12).map((one) => markup`<li class="${one.endedAt === undefined ? (one.drained ? "warn" : "bad") : "over"}"><strong>${incidentTitle(one)}</strong>: ${incidentText(one, at)}</li>`)}
  </ol>`;
}

function losses({ snapshot }: LiveMessage): Markup {
  const { losses: all, totals } = snapshot;
  if (all.length === 0) return markup`<p class="soft">None of ${totals.sent}.</p>`;
  return markup`<p class="soft">${costOf({ lost: totals.failed, masked: totals.retried })}, of ${totals.sent} sent. The last ones:</p>
    <ul class="losses">
      ${all.map(({ at, method, target, error }) => markup`<li><time>${clock(at)}</time> ${method}${target !== undefined && ` (${target})`}: ${error ?? "failed"}</li>`)}
    </ul>`;
}

const percent = (part: number) =>
  `${part === 1 ? "100" : (Math.floor(part * 1000) / 10).toFixed(1)} %`;
