/** Okabe and Ito's colours, which people with any colour vision tell apart; lighter on a dark page. */
const LIGHT = ["#0072b2", "#d98a00", "#009e73", "#b4639b", "#3a9bd4", "#7a6a00"];
const DARK = ["#56b4e9", "#e69f00", "#2fbf94", "#e08fbf", "#8ecbff", "#e6d94a"];

/** How many targets have a colour of their own; the others begin again. */
export const COLOURS = LIGHT.length;

const variables = (colours: string[]) => colours.map((hex, i) => `--t${i}: ${hex};`).join(" ");

const LIGHT_ROOT = `--ink: #1a2230; --soft: #566173; --page: #f6f7f9; --card: #fff; --line: #dfe4ea;
  --grid: #e8ecf0; --band: #eef1f4; --good: #17794a; --bad: #c03d00; --bad-tint: #fdf1ea; ${variables(LIGHT)}`;
const DARK_ROOT = `--ink: #e6ebf2; --soft: #a2adbd; --page: #10141a; --card: #191f28; --line: #2e3744;
  --grid: #262e39; --band: #222a35; --good: #63d297; --bad: #ff8f5c; --bad-tint: #33211a; ${variables(DARK)}`;

/** Colours as variables: of the page, and of a chart that is a file of its own. */
export const THEME = `:root { color-scheme: light dark; ${LIGHT_ROOT} }
@media (prefers-color-scheme: dark) { :root { ${DARK_ROOT} } }
@media print { :root { color-scheme: light; ${LIGHT_ROOT} --page: #fff; } }`;

/** Style of the charts; an SVG file of its own carries it as well. */
export const CHART_STYLE = `
.chart text { font: 12px system-ui, sans-serif; fill: var(--soft); font-variant-numeric: tabular-nums; }
.chart .title { fill: var(--ink); font-weight: 600; font-size: 13px; }
.chart .grid { stroke: var(--grid); } .chart .axis { stroke: var(--soft); }
.chart .over { paint-order: stroke; stroke: var(--band); stroke-width: 4px; }
.chart .band { fill: var(--band); } .chart .mark { stroke: var(--soft); stroke-dasharray: 3 3; }
.chart .flag { fill: var(--card); stroke: var(--soft); } .chart .flag-text { fill: var(--ink); font-size: 11px; }
.chart .range { fill: var(--t0); fill-opacity: .16; } .chart .median { stroke: var(--t0); }
.chart .tail { stroke: var(--t1); stroke-dasharray: 5 3; } .chart path { fill: none; stroke-width: 1.75; }
.chart path.range, .chart path.fill { stroke: none; } .chart path.range { fill: var(--t0); }
.chart .lost { stroke: var(--bad); stroke-width: 2; } .chart .lost-bar { fill: var(--bad); }
.chart .fastest { fill: var(--t0); fill-opacity: .55; } .chart .default { fill: var(--t1); fill-opacity: .55; }
.chart .here { fill: var(--ink); stroke: var(--card); stroke-width: 1.5; }
${LIGHT.map((_, i) => `.chart .t${i} { fill: var(--t${i}); }`).join(" ")}`;

/** Style of the page around the charts. */
export const PAGE_STYLE = `
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
main { max-width: 62rem; margin: 0 auto; padding: 2.5rem 1.25rem; }
h1, h2, h3, p, dl, dd, ul, ol, figure { margin: 0; }
h1 { font-size: 1.75rem; line-height: 1.2; letter-spacing: -.01em; }
h2 { font-size: 1.25rem; } h3 { font-size: 1rem; margin: 1.5rem 0 .5rem; }
code { font-family: ui-monospace, monospace; font-size: .875em; overflow-wrap: anywhere; }
.soft { color: var(--soft); font-size: .9375rem; } .num { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
a { color: var(--t0); } a:focus-visible { outline: 3px solid var(--t0); outline-offset: 2px; }
header p { margin-top: .25rem; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .125rem 1rem; margin-top: 1rem; font-size: .9375rem; }
dt { color: var(--soft); }
section { margin-top: 1.75rem; padding: 1.25rem 1.5rem 1.5rem; border: 1px solid var(--line);
  border-radius: .75rem; background: var(--card); }
.head { display: flex; flex-wrap: wrap; gap: .25rem 1rem; align-items: baseline; justify-content: space-between; }
.pass { color: var(--good); font-weight: 600; white-space: nowrap; } .fail { color: var(--bad); font-weight: 600; white-space: nowrap; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: .9375rem; margin-top: .5rem; }
th { text-align: left; font-weight: 600; color: var(--soft); font-size: .875rem; }
th.num { text-align: right; white-space: normal; }
th, td { padding: .3125rem .75rem .3125rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
th:last-child, td:last-child { padding-right: 0; } tr:last-child td { border-bottom: 0; }
figure { margin-top: 1.25rem; } svg.chart { display: block; width: 100%; height: auto; }
.losses { columns: 17rem; padding-left: 0; list-style: none; font-size: .875rem; margin-top: .5rem; }
.flag-no { display: inline-block; min-width: 1.375rem; padding: 0 .25rem; border: 1px solid var(--soft); border-radius: .75rem;
  text-align: center; font-size: .75rem; line-height: 1.25rem; }
footer { margin-top: 2rem; } footer p + p { margin-top: .5rem; }
@media print { main { max-width: none; padding: 0; } body { font-size: 11pt; }
  section { break-inside: auto; border: 0; padding: 0; } figure, tr, .losses li { break-inside: avoid; }
  h2, h3 { break-after: avoid; } }`;
