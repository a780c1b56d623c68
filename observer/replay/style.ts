/** What a replay's page has beside the view's style. */
export const REPLAY_STYLE = `
html { scroll-padding-top: 5rem; }
.player { position: sticky; top: 0; z-index: 2; display: flex; flex-wrap: wrap; gap: .25rem .75rem; align-items: center; margin: .5rem -.5rem 0; padding: .375rem .5rem;
  background: var(--card); border: 1px solid var(--line); border-radius: .625rem; box-shadow: 0 2px 8px rgb(0 0 0 / .12); }
#play { min-width: 6.5rem; font-weight: 650; text-align: center; }
.track { flex: 1 1 16rem; min-width: 12rem; } .track svg { display: block; height: 1rem; width: calc(100% - 1rem); margin: 0 .5rem; overflow: visible; }
.track input { display: block; width: 100%; height: 1.5rem; margin: 0; accent-color: var(--t0); cursor: pointer; }
.track .back { fill: var(--good-tint); stroke: var(--line); vector-effect: non-scaling-stroke; } .track .out { fill: var(--bad); fill-opacity: .45; } .track .drained { fill: var(--warn); fill-opacity: .35; }
.track .faulty { fill: none; stroke: var(--bad); stroke-dasharray: 3 3; vector-effect: non-scaling-stroke; } .track .lost { stroke: var(--bad); stroke-width: 2; vector-effect: non-scaling-stroke; }
#clock { font-variant-numeric: tabular-nums; min-width: 9.5rem; text-align: right; } #clock b { font-size: 1.125rem; }
select { font: inherit; color: var(--ink); background: var(--page); border: 1px solid var(--soft); border-radius: .4375rem; min-height: 2.75rem; padding: 0 .375rem; }
select:focus-visible { outline: 3px solid var(--t0); outline-offset: 2px; }
.moments { display: flex; flex-wrap: wrap; gap: .375rem; list-style: none; padding: 0; margin-top: .5rem; }
.moments button { min-height: 2rem; padding: .125rem .625rem; border-radius: 1rem; background: var(--card); font-size: .875rem; }
.moments b { font-variant-numeric: tabular-nums; margin-right: .25rem; } .moments .bad b { color: var(--bad); } .moments .warn b { color: var(--warn); } .moments .good b { color: var(--good); }
.moments button[aria-current] { border-color: var(--ink); border-width: 2px; }
.keys { margin-top: .25rem; }
@media (max-width: 40rem) { .player { margin: .5rem -.25rem 0; gap: .125rem .5rem; } #play { min-width: 5.5rem; } .track { order: 1; flex-basis: 100%; } #clock { flex: 1; min-width: 0; font-size: .875rem; } .wall { display: none; }
  .keys { display: none; } .moments { flex-wrap: nowrap; overflow-x: auto; padding-bottom: .25rem; } .moments button { white-space: nowrap; } }
@media print { .player, .moments, .keys { display: none; } }`;
