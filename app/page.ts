import { createHash } from "node:crypto";
import { driverNote } from "./storageDrivers";
import type { Status } from "./status";
import type { NodeVisits } from "./visitStore";

const STYLE = `
:root { color-scheme: light dark; --ink: #1c2430; --soft: #566173; --page: #f5f6f8; --card: #fff;
  --line: #dde1e7; --accent: #0b62c4; --warn-ink: #7a3c00; --warn: #fff3e0; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e7ebf1; --soft: #a3adbb; --page: #12161c; --card: #1b212a;
    --line: #323b48; --accent: #7ab8ff; --warn-ink: #ffcf96; --warn: #3a2a14; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink);
  font: 1rem/1.55 system-ui, sans-serif; }
main { max-width: 44rem; margin: 0 auto; padding: 2.5rem 1.25rem; }
h1 { font-size: 1.1rem; font-weight: 500; color: var(--soft); margin: 0 0 .5rem; }
.node { display: block; font-size: clamp(3rem, 12vw, 5rem); font-weight: 700; line-height: 1.05;
  color: var(--accent); letter-spacing: -.02em; overflow-wrap: anywhere; }
h2 { font-size: 1.05rem; margin: 0 0 .4rem; }
section, .warn { border: 1px solid var(--line); border-radius: .75rem; padding: 1rem 1.25rem;
  margin-top: 1.25rem; background: var(--card); }
.warn { background: var(--warn); color: var(--warn-ink); border-color: currentColor; }
p { margin: .3rem 0; }
.soft { color: var(--soft); }
table { border-collapse: collapse; width: 100%; margin-top: .5rem; }
th, td { text-align: left; padding: .35rem .5rem .35rem 0; border-top: 1px solid var(--line); }
td.n, th.n { text-align: right; font-variant-numeric: tabular-nums; }
tr[aria-current] td, tr[aria-current] th { font-weight: 700; }
a { color: var(--accent); }
a.again { display: inline-block; margin-top: 1.25rem; padding: .55rem 1.1rem; border-radius: .5rem;
  border: 2px solid var(--accent); font-weight: 600; text-decoration: none; }
a:focus-visible { outline: 3px solid var(--accent); outline-offset: 3px; }
footer { margin-top: 1.5rem; font-size: .875rem; color: var(--soft); overflow-wrap: anywhere; }
`;

const STYLE_HASH = createHash("sha256").update(STYLE).digest("base64");

/** Allows the page's own style sheet and nothing else; the `data:` image is the empty icon. */
export const PAGE_CSP =
  `default-src 'none'; style-src 'sha256-${STYLE_HASH}'; img-src data:; ` +
  "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** The page for people: which node answered, what is special about it, and the visits so far. */
export function renderPage(status: Status): string {
  const { node, storageDriver, counter, requestId, uptimeSeconds } = status;
  const note = driverNote(storageDriver);
  // The empty icon keeps browsers from asking for /favicon.ico, which would use up a turn of the
  // round robin with every reload.
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(node)} answered</title>
<link rel="icon" href="data:,">
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>This request was answered by <strong class="node">${escapeHtml(node)}</strong></h1>
${counter ? "" : degraded(status.database)}
<section>
<h2>Storage driver: <code>${escapeHtml(storageDriver)}</code></h2>
<p>${escapeHtml(note.what)}</p>
<p>${escapeHtml(note.why)}</p>
<p class="soft">The nodes differ inside on purpose. The load balancer does not see it: it sends
requests to every target that passes its health check.</p>
</section>
${counter ? visits(node, counter.total, counter.nodes) : ""}
<a class="again" href="/">Ask again</a>
<footer>
<p>Service on ${escapeHtml(node)} up for ${duration(uptimeSeconds)} ·
request <code>${escapeHtml(requestId)}</code> · the same as JSON: <a href="/api">/api</a></p>
</footer>
</main>
</body>
</html>
`;
}

function degraded(database: string): string {
  return `<div class="warn" role="status">
<h2>Running without its database</h2>
<p>Database ${escapeHtml(database)}. This node still answers, so the load balancer keeps it;
only the visit counter is missing until the database is back.</p>
</div>`;
}

function visits(current: string, total: number, nodes: NodeVisits[]): string {
  const rows = nodes.map(
    (n) => `<tr${n.node === current ? ' aria-current="true"' : ""}>
<th scope="row">${escapeHtml(n.node)}</th><td class="n">${n.visits}</td>
<td><time datetime="${escapeHtml(n.lastVisitAt)}">${clock(n.lastVisitAt)}</time></td></tr>`,
  );
  return `<section>
<h2>Visits, counted in PostgreSQL: ${total}</h2>
<table>
<thead><tr><th scope="col">answered by</th><th scope="col" class="n">visits</th>
<th scope="col">last one (UTC)</th></tr></thead>
<tbody>
${rows.join("\n")}
</tbody>
</table>
</section>`;
}

function clock(iso: string): string {
  return escapeHtml(iso.replace("T", " ").replace(/(\.\d+)?Z$/, ""));
}

function duration(seconds: number): string {
  if (seconds < 120) return `${seconds} s`;
  if (seconds < 7200) return `${Math.floor(seconds / 60)} min`;
  return `${Math.floor(seconds / 3600)} h`;
}

function escapeHtml(text: string): string {
  const entities: Record<string, string> = {
    "&": "&amp;",
    "<": "&lt;",
    ">": "&gt;",
    '"': "&quot;",
  };
  return text.replace(/[&<>"]/g, (char) => entities[char] ?? char);
}
