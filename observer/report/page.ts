import type { ExperimentResult } from "../experiment";
import { comparison, summary } from "./comparison";
import { gapsChart } from "./gapsChart";
import { Markup, markup } from "./html";
import { latencyChart } from "./latencyChart";
import {
  accountTable,
  expectationTable,
  gapTable,
  hiddenText,
  lossList,
  timelineTable,
  verdict,
} from "./sections";
import { shareChart } from "./shareChart";
import { timeFrame } from "./story";
import { CHART_STYLE, PAGE_STYLE, THEME } from "./style";

/** A report: who measured what, with what. Its JSON file holds this. */
export interface Report {
  version: 1;
  /** Whose work it is; undefined: nobody's name was given. */
  name?: string;
  /** When the report was written, ISO 8601. */
  writtenAt: string;
  /** The machine it was written on, and the versions of what was measured; label and value. */
  about: [label: string, value: string][];
  results: ExperimentResult[];
  /** Pages that play what was measured, beside the report's page. @default - none was recorded */
  replays?: Replay[];
}

/** The page that plays one result. */
export interface Replay {
  experiment: string;
  profile: string;
  /** Name of the file, in the report's folder. */
  page: string;
}

/** A chart as a file of its own. */
export interface ChartFile {
  /** `failover-tuned-latency.svg` */
  name: string;
  svg: string;
}

/** The whole report as one page that needs nothing else. */
export function renderPage(report: Report): string {
  const { name, results } = report;
  const kinds = [...new Set(results.map(({ experiment }) => experiment))];
  const title = "How the load balancer behaved";
  return markup`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${title}${name !== undefined && ` – ${name}`}</title>
        <style>
          ${new Markup(THEME + CHART_STYLE + PAGE_STYLE)}
        </style>
      </head>
      <body>
        <main>
          <header>
            <h1>${title}</h1>
            ${name !== undefined && markup`<p>${name}</p>`}
            <dl>
              <dt>written</dt>
              <dd>${when(report.writtenAt)}</dd>
              ${report.about.map(
                ([label, value]) =>
                  markup`<dt>${label}</dt>
                    <dd>${value}</dd>`,
              )}
            </dl>
          </header>
          <section>
            <h2>Summary</h2>
            ${summary(results)}
          </section>
          ${kinds.map((kind) => comparison(results.filter(({ experiment, series }) => experiment === kind && series)))}
          ${results.map((result) => experimentSection(result, report.replays))} ${NOTES}
        </main>
      </body>
    </html> `.text;
}

function experimentSection(result: ExperimentResult, replays: Replay[] = []): Markup {
  const { experiment, profile, target, action, command, rate, url, startedAt, pass } = result;
  const charts = chartsOf(result).map(({ chart }) => markup`<figure>${chart}</figure>`);
  const replay = replays.find((one) => one.experiment === experiment && one.profile === profile);
  const did = target !== undefined && action !== undefined;
  return markup`<section>
    <div class="head">
      <h2>${experiment}, profile ${profile}</h2>
      ${verdict(pass)}
    </div>
    <p class="soft">
      ${when(startedAt)}, ${rate > 0 ? `${rate} requests per second` : "without traffic"} to
      ${url}${did && markup`; done to ${target}: ${action}`}
    </p>
    ${command !== undefined && markup`<p class="soft">on the Proxmox node: <code>${command}</code></p>`}
    ${replay && markup`<p><a href="${encodeURI(replay.page)}">Replay</a>: this run again, with a slider over time</p>`}
    ${expectationTable(result)} ${charts} ${timelineTable(result)} ${gapTable(result)}
    ${accountTable(result)} ${hiddenText(result)} ${lossList(result)}
  </section>`;
}

/** The charts of one result. */
function chartsOf(result: ExperimentResult): { name: string; chart: Markup }[] {
  const frame = timeFrame(result);
  const charts = {
    shares: shareChart(result, frame),
    latency: latencyChart(result, frame, result.latencyMs?.whole.max ?? 0),
    gaps: gapsChart(result.gaps ?? []),
  };
  return Object.entries(charts).flatMap(([name, chart]) => (chart ? [{ name, chart }] : []));
}

/** Every chart of a report, with its style inside. */
export function chartFiles({ results }: Report): ChartFile[] {
  const style = `<style>${THEME}${CHART_STYLE} svg { background: var(--card); }</style>`;
  return results.flatMap((result) =>
    chartsOf(result).map(({ name, chart }) => ({
      name: `${result.experiment}-${result.profile}-${name}.svg`,
      svg: `${chart.text.replace("<title>", () => `${style}<title>`)}\n`,
    })),
  );
}

/** `2026-11-26 23:05 UTC` */
const when = (iso: string) => `${iso.slice(0, 16).replace("T", " ")} UTC`;

const NOTES = markup`<footer class="soft">
  <p>
    Requests are sent at a constant rate from outside, whether earlier ones were answered or not.
    Latency counts from when a request was due, so one that had to wait hides nothing behind it.
    Each request is counted once: sent = ok + failed + pending.
  </p>
  <p>
    "ALB's fastest" and "ALB's default" are what follows from the limits AWS documents for an
    Application Load Balancer's health checks (every 5 s at best, 30 s by default; out after 2, back
    after 2 at best, 5 by default). They were not measured. An ALB does not try a second target.
  </p>
  <p>Numbers in the charts are those of the timeline's steps.</p>
</footer>`;
