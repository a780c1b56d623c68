import { createHash } from "node:crypto";
import { duration, escapeHtml } from "./html";
import type { Status } from "./status";
import { driverNote } from "./storageDrivers";
import { STYLE } from "./style";
import { renderTiles } from "./tiles";

const STYLE_HASH = createHash("sha256").update(STYLE).digest("base64");

/** Allows the page's own style sheet and nothing else; the `data:` image is the empty icon. */
export const PAGE_CSP =
  `default-src 'none'; style-src 'sha256-${STYLE_HASH}'; img-src data:; ` +
  "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** The page for people: which node answered, how the target group is, what is special about the node. */
export function renderPage(status: Status): string {
  const { node, storageDriver, targets, counter, database, requestId, uptimeSeconds } = status;
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
<header class="row">
<h1>This request was answered by <strong>${escapeHtml(node)}</strong></h1>
<a class="again" href="/">Ask again</a>
</header>
${counter ? "" : degraded(database)}
${renderTiles(node, targets, counter)}
<section>
<h2>Docker on ${escapeHtml(node)} stores image layers with <code>${escapeHtml(storageDriver)}</code></h2>
<p>${escapeHtml(note.what)} ${escapeHtml(note.why)}</p>
<p class="soft">The nodes differ inside on purpose. The load balancer does not see it: it sends
requests to every target that passes its health check.</p>
</section>
<footer>
<p>Up for ${duration(uptimeSeconds)} · database ${escapeHtml(database)} ·
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
