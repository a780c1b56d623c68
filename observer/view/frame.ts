import { Markup, markup } from "../report/html";

/** What a page of the view is made of; the places of the parts that change are the same for all. */
export interface Frame {
  title: string;
  /** Beside the title: what is looked at. */
  lead: Markup | string;
  style: string;
  script: string;
  /** Read by the script. */
  data: { id: string; type: string; text: string };
  /** Allows script and style to run under the policy that comes with the page. @default - none does */
  nonce?: string;
  /** What stands in the head before the style. */
  head?: Markup;
  bodyClass?: string;
  /** Before everything else. */
  above?: Markup | false;
  /** Between the title and the headline. */
  controls?: Markup;
  cards: Markup[];
  footer: string;
}

/** How every page's last sentence goes on. */
export const FOOTER =
  'those of "all clients" and retries are the load balancer\'s own. Latency counts from when a request was sent.';

/** The whole page. */
export function framed(frame: Frame): Markup {
  const { title, lead, style, script, data, nonce, head, bodyClass = "", above } = frame;
  const allowed = nonce !== undefined && markup` nonce="${nonce}"`;
  return markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
${head}
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<link rel="icon" href="data:,">
<style${allowed}>${new Markup(style)}</style>
</head>
<body class="${bodyClass}">
${above}
<main>
<header class="row">
  <h1>${title}</h1>
  <p class="soft small">${lead}</p>
</header>
${frame.controls}
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
  <div class="cards">${frame.cards}</div>
</section>
<div class="charts">
  <section><h2>Failover timeline</h2><div data-part="lanes"></div><div data-part="story"></div></section>
  <section><h2>Requests answered and lost</h2><div data-part="success"></div><div data-part="losses"></div></section>
  <section><h2>Latency <span class="soft small"><span class="line p50"></span> p50 <span class="line p95"></span> p95</span></h2><div data-part="latency"></div></section>
</div>
<footer class="soft small">${frame.footer}</footer>
</main>
<script type="${data.type}" id="${data.id}"${allowed}>${new Markup(inScript(data.text))}</script>
<script${allowed}>${new Markup(endless(script))}</script>
</body>
</html>
`;
}

/** A script that does not end its own element. */
export const endless = (script: string) => script.replaceAll("</script", "<\\/script");

/** JSON that may stand in a script element. */
const inScript = (json: string) => json.replaceAll("<", "\\u003c");
