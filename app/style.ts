/** The page's style sheet. It is part of the page: a request for it would take a turn of the round robin. */
export const STYLE = `
:root { color-scheme: light dark; --ink: #1a2230; --soft: #566173; --page: #f3f5f8; --card: #fff;
  --line: #dfe4ea; --accent: #0b5cbd; --tint: #eaf2fc; --good: #17794a; --bad: #b3261e;
  --bad-tint: #fdf0ef; --warn: #7a3c00; --warn-tint: #fff4e3; --shadow: 0 1px 2px #1a223014; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6ebf2; --soft: #a2adbd; --page: #10141a; --card: #191f28; --line: #2e3744;
    --accent: #7db8ff; --tint: #16283f; --good: #63d297; --bad: #ff9b92; --bad-tint: #341d1d;
    --warn: #ffcf96; --warn-tint: #35260f; --shadow: none; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink); font: 1rem/1.5 system-ui, sans-serif; }
main { max-width: 52rem; margin: 0 auto; padding: clamp(1.25rem, 4vw, 3rem) 1.25rem; }
h1, h2, p, ul { margin: 0; }
h1 { font-size: 1.0625rem; font-weight: 500; color: var(--soft); }
h1 strong { display: block; font-size: clamp(3.25rem, 13vw, 5.5rem); line-height: 1.05;
  letter-spacing: -.03em; color: var(--accent); overflow-wrap: anywhere; }
h2 { font-size: 1.0625rem; letter-spacing: -.005em; }
code { font-family: ui-monospace, monospace; font-size: .92em; }
a { color: var(--accent); }
a:focus-visible { outline: 3px solid var(--accent); outline-offset: 3px; border-radius: .25rem; }
.soft { color: var(--soft); font-size: .9375rem; }
.row { display: flex; flex-wrap: wrap; gap: .25rem 1rem; align-items: baseline;
  justify-content: space-between; }
header.row { align-items: flex-end; }
.again { padding: .5rem 1.125rem; border-radius: .5rem;
  background: var(--accent); color: var(--page); font-weight: 600; text-decoration: none; }
section, .warn { margin-top: 1.75rem; padding: 1.125rem 1.25rem 1.25rem; border-radius: .875rem;
  border: 1px solid var(--line); background: var(--card); box-shadow: var(--shadow); }
.warn { background: var(--warn-tint); color: var(--warn); border-color: currentColor; }
section p + p, section > h2 + p, .row + p, .warn p { margin-top: .375rem; }
.tiles { list-style: none; padding: 0; margin-top: .875rem; display: grid; gap: .75rem;
  grid-template-columns: repeat(auto-fill, minmax(13rem, 1fr)); }
.tile { border: 1px solid var(--line); border-radius: .625rem; padding: .75rem .875rem .875rem; }
.tile.me { background: var(--tint); border-color: var(--accent);
  box-shadow: inset 0 0 0 1px var(--accent); }
.tile.unhealthy { background: var(--bad-tint); border-color: var(--bad); }
.name { font-size: 1.25rem; font-weight: 650; overflow-wrap: anywhere; }
.state { font-size: .875rem; font-weight: 600; color: var(--soft); white-space: nowrap; }
.healthy .state { color: var(--good); }
.unhealthy .state { color: var(--bad); }
.mark { width: .7em; height: .7em; margin-right: .4em; fill: currentColor;
  stroke: currentColor; stroke-width: 2; stroke-linecap: round; }
.bar { display: block; width: 100%; height: .3125rem; margin: .625rem 0 .4375rem; border-radius: 1rem;
  background: var(--line); fill: var(--accent); }
.unhealthy .bar { fill: var(--bad); }
.tile .soft { font-size: .875rem; font-variant-numeric: tabular-nums; }
footer { margin-top: 1.5rem; font-size: .875rem; color: var(--soft); overflow-wrap: anywhere; }
`;
