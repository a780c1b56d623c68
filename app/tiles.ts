import { duration, escapeHtml } from "./html";
import type { TargetHealth } from "./targetHealth";
import type { NodeVisits, VisitCount } from "./visitStore";

/** What is known of one node: by the load balancer, by the counter, or by both. */
interface Tile {
  name: string;
  /** Undefined when the load balancer does not know the node, or was not asked. */
  state?: TargetHealth["state"];
  visits?: NodeVisits;
}

/** The target group: every node with its health and its share of the visits. */
export function renderTiles(
  node: string,
  targets: TargetHealth[] | null,
  counter: VisitCount | null,
): string {
  const title = targets ? "Targets, as the load balancer sees them" : "The nodes";
  const figures = [
    ...(targets ? [`${targets.filter(isHealthy).length} of ${targets.length} healthy`] : []),
    ...(counter ? [`${count(counter.total)} in PostgreSQL`] : []),
  ];
  const tiles = tilesOf(node, targets, counter);
  return `<section>
<div class="row"><h2>${title}</h2><p class="soft">${figures.join(" · ")}</p></div>
${targets ? "" : DIRECT}
<ul class="tiles">
${tiles.map((tile) => renderTile(tile, node, targets !== null, counter)).join("\n")}
</ul>
</section>`;
}

const isHealthy = ({ state }: TargetHealth) => state === "healthy";

const DIRECT = `<p class="soft">This node was reached directly, not through the load balancer: nobody
told it which targets are healthy.</p>`;

function tilesOf(node: string, targets: TargetHealth[] | null, counter: VisitCount | null): Tile[] {
  const counted = counter?.nodes ?? [];
  const names = [node, ...(targets ?? []).map((t) => t.name), ...counted.map((n) => n.node)];
  const collate = new Intl.Collator("en", { numeric: true }).compare;
  return [...new Set(names)].sort(collate).map((name) => ({
    name,
    state: targets?.find((target) => target.name === name)?.state,
    visits: counted.find((one) => one.node === name),
  }));
}

function renderTile(
  { name, state, visits }: Tile,
  node: string,
  balanced: boolean,
  counter: VisitCount | null,
): string {
  const mine = name === node;
  const classes = ["tile", state, mine ? "me" : ""].filter(Boolean).join(" ");
  return `<li class="${classes}"${mine ? ' aria-current="true"' : ""}>
<div class="row"><span class="name">${escapeHtml(name)}</span>
<span class="state">${stateText(state, balanced)}</span></div>
${counter ? share(visits, counter.total, mine) : mine ? ANSWERED : ""}
</li>`;
}

const ANSWERED = '<p class="soft">answered this request</p>';

/** Colour is never alone: a disc or a cross, and a word. */
function stateText(state: Tile["state"], balanced: boolean): string {
  const mark = (shape: string) =>
    `<svg class="mark" viewBox="0 0 10 10" aria-hidden="true">${shape}</svg>`;
  if (state === "healthy") return `${mark('<circle cx="5" cy="5" r="4"/>')}healthy`;
  if (state === "unhealthy") return `${mark('<path d="M1 1 9 9M9 1 1 9"/>')}unhealthy`;
  return balanced ? "no target" : "";
}

function share(visits: NodeVisits | undefined, total: number, mine: boolean): string {
  const part = visits && total > 0 ? (visits.visits / total) * 100 : 0;
  const bar = `<svg class="bar" viewBox="0 0 100 1" preserveAspectRatio="none" aria-hidden="true">
<rect width="${part.toFixed(1)}" height="1"/></svg>`;
  if (!visits) return `${bar}<p class="soft">no visits yet</p>`;
  const when = mine ? "answered this request" : ago(visits.lastVisitAt);
  return `${bar}<p class="soft">${count(visits.visits)} · ${Math.round(part)} %<br>${when}</p>`;
}

function ago(iso: string): string {
  const seconds = Math.max(0, Math.round((Date.now() - Date.parse(iso)) / 1000));
  const text = Number.isFinite(seconds) ? `last ${duration(seconds)} ago` : "";
  return `<time datetime="${escapeHtml(iso)}">${text}</time>`;
}

const count = (visits: number) => `${visits} ${visits === 1 ? "visit" : "visits"}`;
