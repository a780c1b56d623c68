import { Markup, markup } from "../report/html";
import { THEME } from "../report/style";
import { actionWords, commandLine, PAGE_ACTIONS } from "./actions";
import type { PageFacts } from "./message";
import { VIEW_STYLE } from "./style";

export interface PageFrom {
  facts: PageFacts;
  /** The page's script, as one text. */
  script: string;
  /** Allows script and style to run under the page's content security policy. @default - it has none */
  nonce?: string;
}

/** The page around the parts that change. */
export function viewPage({ facts, script, nonce }: PageFrom): string {
  const { stack, url, rate, targets, readonly } = facts;
  const title = `Load balancer, live: ${stack}`;
  const allowed = nonce !== undefined && markup` nonce="${nonce}"`;
  return markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<link rel="icon" href="data:,">
<style${allowed}>${new Markup(THEME + VIEW_STYLE)}</style>
</head>
<body class="${stack === "dev" ? "" : "other"}">
${stack !== "dev" && markup`<p class="other-stack">stack ${stack}: not the embedded lab</p>`}
<main>
<header class="row">
  <h1>${title}</h1>
  <p class="soft small">${url}, ${rate} requests/s from this page</p>
</header>
<p class="unseen" role="status" id="announcement"></p>
<div id="connection" role="alert"></div>
<div data-part="headline"></div>
<dl class="tiles" data-part="tiles"></dl>
<section aria-labelledby="flow-title"><h2 id="flow-title" class="unseen">Requests on their way</h2>
  <div class="flow"><div data-part="wires"></div><svg id="dots" aria-hidden="true"></svg><div data-part="nodes"></div></div>
  <div data-part="notice"></div>
</section>
<section aria-labelledby="cards-title"><h2 id="cards-title" class="unseen">Targets</h2>
  <p id="result" role="status" class="result"></p>
  <div class="cards">${targets.map((name, i) => card(name, i, facts, !readonly))}</div>
</section>
<div class="charts">
  <section><h2>Failover timeline</h2><div data-part="lanes"></div><div data-part="story"></div></section>
  <section><h2>Requests answered and lost</h2><div data-part="success"></div><div data-part="losses"></div></section>
  <section><h2>Latency <span class="soft small"><span class="line p50"></span> p50 <span class="line p95"></span> p95</span></h2><div data-part="latency"></div></section>
</div>
<footer class="soft small">Figures are of the requests of this page, those of "all clients" and retries are the load balancer's own. Latency counts from when a request was sent.</footer>
</main>
<script type="application/json" id="facts"${allowed}>${json(facts)}</script>
<script${allowed}>${new Markup(script.replaceAll("</script", "<\\/script"))}</script>
</body>
</html>
`.text;
}

function card(name: string, index: number, { stack }: PageFacts, acts: boolean): Markup {
  return markup`<article aria-label="${name}"><div data-part="card-${index}"></div>
    ${acts && markup`<div class="actions" role="group" aria-label="what can be done to ${name}">${PAGE_ACTIONS.map((action) => markup`<button type="button" class="${action.breaks ? "" : "repairs"}" data-action="${action.id}" data-target="${name}"><b>${action.label}</b> <code>${commandLine(actionWords(action.id, name), stack)}</code></button>`)}</div>`}
  </article>`;
}

/** JSON that may stand in a script element. */
const json = (value: unknown) => new Markup(JSON.stringify(value).replaceAll("<", "\\u003c"));
