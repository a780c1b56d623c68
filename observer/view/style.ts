/** Style of the dashboard; colours come from the report's theme. */
export const VIEW_STYLE = `
:root { --warn: #8a5300; --warn-tint: #fff4e3; --good-tint: #eaf6ef; }
@media (prefers-color-scheme: dark) { :root { --warn: #ffcf96; --warn-tint: #35260f; --good-tint: #16281e; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink); font: 15px/1.45 system-ui, sans-serif; }
body.other { border: 6px solid #c00; min-height: 100vh; }
.other-stack { margin: 0; padding: .25rem 1rem; background: #c00; color: #fff; font-weight: 700; }
main { max-width: 78rem; margin: 0 auto; padding: .75rem 1rem 2rem; }
h1, h2, h3, p, dl, dd, ol, ul { margin: 0; }
h1 { font-size: 1.0625rem; } h2 { font-size: 1rem; } h3 { font-size: 1.0625rem; }
.soft { color: var(--soft); } .small { font-size: .8125rem; }
.row { display: flex; flex-wrap: wrap; gap: .125rem 1rem; align-items: baseline; justify-content: space-between; }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
code { font-family: ui-monospace, monospace; font-size: .8125rem; }
.headline { margin-top: .5rem; padding: .625rem 1rem; border-radius: .625rem; border: 2px solid currentColor; }
.headline h2 { font-size: clamp(1.375rem, 4vw, 2rem); line-height: 1.15; letter-spacing: -.01em; }
.headline p { color: var(--ink); margin-top: .125rem; font-size: 1.0625rem; }
.headline dl { display: flex; flex-wrap: wrap; gap: .125rem 1.75rem; color: var(--ink); margin-top: .25rem; } .headline dt { font-size: .8125rem; color: var(--soft); } .headline dd { font-size: 1.125rem; font-weight: 650; }
.headline .fact-lost dd { color: var(--bad); }
.headline.good { color: var(--good); background: var(--good-tint); }
.headline.warn { color: var(--warn); background: var(--warn-tint); }
.headline.bad { color: var(--bad); background: var(--bad-tint); }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(7.5rem, 1fr)); gap: .5rem; margin-top: .625rem; }
.tile { padding: .375rem .625rem; border: 1px solid var(--line); border-radius: .5rem; background: var(--card); }
.tile dt { font-size: .75rem; color: var(--soft); } .tile dd { font-size: 1.1875rem; font-weight: 650; font-variant-numeric: tabular-nums; }
.tile.good dd { color: var(--good); } .tile.bad dd { color: var(--bad); } .tile.bad { border-color: var(--bad); }
section { margin-top: .625rem; } .charts > section, article, .flow { border: 1px solid var(--line); border-radius: .625rem; background: var(--card); padding: .625rem .75rem; }
.flow { position: relative; padding: .375rem; } .flow svg { display: block; width: 100%; height: auto; }
.flow > * + * { position: absolute; inset: .375rem .375rem auto; width: calc(100% - .75rem); pointer-events: none; }
svg text { font: 12px system-ui, sans-serif; fill: var(--soft); font-variant-numeric: tabular-nums; }
.flow text { font-size: 13px; } svg text.strong { font-weight: 650; fill: var(--ink); } svg text.small { font-size: 10px; }
.wire { fill: none; stroke: var(--line); stroke-width: 3; } .wire.bad { stroke: var(--bad); stroke-dasharray: 4 6; } .wire.warn { stroke-dasharray: 4 6; }
.node { fill: var(--page); stroke: var(--line); stroke-width: 1.5; } .node.bad { fill: var(--bad-tint); stroke: var(--bad); stroke-width: 2.5; }
.node.warn { fill: var(--warn-tint); stroke: var(--warn); }
svg text.state { font-weight: 600; } svg text.good, .state.good { fill: var(--good); color: var(--good); } svg text.bad, .state.bad { fill: var(--bad); color: var(--bad); }
svg text.warn, .state.warn { fill: var(--warn); color: var(--warn); }
.dot { fill: var(--t0); } .dot.lost { fill: none; stroke: var(--bad); stroke-width: 3; }
.cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(18rem, 1fr)); gap: .625rem; }
article p { margin-top: .125rem; } .key { display: inline-block; width: .75rem; height: .75rem; border-radius: .1875rem; margin-right: .375rem; }
.why { font-weight: 600; } .why.bad, .fault { color: var(--bad); } .why.warn { color: var(--warn); }
.bar { display: block; width: 100%; height: .5rem; margin: .125rem 0 .25rem; border-radius: .25rem; } .bar .back { fill: var(--grid); } .bar .ideal { stroke: var(--ink); stroke-width: 2; vector-effect: non-scaling-stroke; }
.figures { display: flex; flex-wrap: wrap; gap: 0 1rem; } .figures dt { font-size: .75rem; color: var(--soft); } .figures dd { font-weight: 600; font-variant-numeric: tabular-nums; }
.checks { display: block; width: 100%; max-width: 15rem; margin-top: .25rem; } .checks .good { fill: var(--good); } .checks .bad { stroke: var(--bad); stroke-width: 2.2; }
.actions { display: grid; grid-template-columns: 1fr 1fr; gap: .375rem; margin-top: .5rem; }
button { font: inherit; color: var(--ink); background: var(--page); border: 1px solid var(--soft); border-radius: .4375rem; padding: .25rem .5rem; text-align: left; cursor: pointer; min-height: 2.75rem; line-height: 1.2; }
button code { display: block; color: var(--soft); font-size: .6875rem; overflow-wrap: anywhere; } button:hover { border-color: var(--ink); }
a { color: var(--t0); } a:focus-visible, button:focus-visible, input:focus-visible { outline: 3px solid var(--t0); outline-offset: 2px; } button[disabled] { opacity: .55; cursor: progress; }
button.repairs b { color: var(--good); }
.result { white-space: pre-wrap; overflow-wrap: anywhere; font-size: .875rem; margin: 0 0 .375rem; } .result.bad { color: var(--bad); font-weight: 600; }
.result:empty { display: none; }
.charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 24rem), 1fr)); gap: 0 .625rem; align-items: start; }
.charts svg { display: block; width: 100%; height: auto; } .grid { stroke: var(--grid); fill: none; }
.p50 { fill: none; stroke: var(--t0); stroke-width: 2; } .p95 { fill: none; stroke: var(--t1); stroke-width: 1.75; stroke-dasharray: 5 3; }
.line { display: inline-block; width: 1.5rem; border-top: 2px solid var(--t0); vertical-align: middle; } .line.p95 { border-top: 2px dashed var(--t1); }
.charts rect.ok { fill: var(--t0); fill-opacity: .75; } .charts rect.lost { fill: var(--bad); }
.lane { fill: var(--good-tint); stroke: var(--line); } .charts rect.out { fill: var(--bad); fill-opacity: .28; } .charts rect.drained { fill: var(--warn); fill-opacity: .22; }
.charts rect.faulty { fill: none; stroke: var(--bad); stroke-dasharray: 3 3; } .flag { stroke: var(--bad); stroke-width: 2; } svg text.inside { fill: var(--ink); font-weight: 650; }
.story { padding-left: 1.5rem; margin-top: .375rem; } .story li + li { margin-top: .25rem; } .story .bad strong { color: var(--bad); } .story .warn strong { color: var(--warn); }
.losses { list-style: none; padding: 0; font-size: .8125rem; } time { font-variant-numeric: tabular-nums; }
.notice, #connection:not(:empty) { padding: .375rem .75rem; margin-top: .375rem; border-radius: .5rem; background: var(--warn-tint); color: var(--warn); font-weight: 600; }
footer { margin-top: .75rem; }
${Array.from({ length: 6 }, (_, i) => `.bar .t${i}, .dot.t${i} { fill: var(--t${i}); } .key.t${i} { background: var(--t${i}); }`).join("\n")}
@media (max-width: 40rem) { main { padding: .5rem .625rem 2rem; } .tiles { grid-template-columns: repeat(4, 1fr); gap: .3125rem; } .tile { padding: .25rem .375rem; } .tile dd { font-size: .9375rem; } .tile dt { font-size: .6875rem; line-height: 1.2; min-height: 1.65rem; } .headline p { font-size: .9375rem; } .cards { grid-template-columns: 1fr; } }
`;
