import { type Markup, markup } from "../report/html";
import { THEME } from "../report/style";
import { actionWords, commandLine, PAGE_ACTIONS } from "./actions";
import { FOOTER, framed } from "./frame";
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
  const other = stack !== "dev";
  return framed({
    ...{ title, script, nonce, style: THEME + VIEW_STYLE },
    lead: markup`${url}, ${rate} requests/s from this page; <a id="save" download="replay.html">save the last 10 minutes as a replay</a>`,
    ...(other && { bodyClass: "other" }),
    above: other && markup`<p class="other-stack">stack ${stack}: not the embedded lab</p>`,
    cards: targets.map((name, i) => card(name, i, facts, !readonly)),
    footer: `Figures are of the requests of this page, ${FOOTER}`,
    data: { id: "facts", type: "application/json", text: JSON.stringify(facts) },
  }).text;
}

function card(name: string, index: number, { stack }: PageFacts, acts: boolean): Markup {
  return markup`<article aria-label="${name}"><div data-part="card-${index}"></div>
    ${acts && markup`<div class="actions" role="group" aria-label="what can be done to ${name}">${PAGE_ACTIONS.map((action) => markup`<button type="button" class="${action.breaks ? "" : "repairs"}" data-action="${action.id}" data-target="${name}"><b>${action.label}</b> <code>${commandLine(actionWords(action.id, name), stack)}</code></button>`)}</div>`}
  </article>`;
}
