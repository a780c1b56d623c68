import type { LiveSnapshot, LiveTarget } from "../../observer/live/liveModel";
import { headline, incidentText } from "../../observer/live/words";
import { actionWords, commandLine, PAGE_ACTIONS } from "../../observer/view/actions";
import { stateIcon, stateOf } from "../../observer/view/states";
import { ACTION_KEYS } from "./keys";
import { lane } from "./lane";
import { type Line, type Style, wrapped } from "./styled";

/** What the screen shows beside what was measured. */
export interface ScreenState {
  stack: string;
  url: string;
  readonly: boolean;
  help: boolean;
  /** The target that keys speak of. */
  chosen: number;
  /** What the last action printed. */
  said: string;
}

/** At least the screen of a terminal of the smallest usual size. */
export const SMALLEST = { width: 80, height: 24 };

/** The whole screen, line by line; never higher than the terminal. */
export function screen(
  snapshot: LiveSnapshot,
  state: ScreenState,
  size: { width: number; height: number },
): Line[] {
  const { width, height } = size;
  const foot = footer(snapshot, state);
  if (state.help)
    return [...top(snapshot, state, width), ...help(snapshot, state)].slice(0, height);
  const body = [
    ...top(snapshot, state, width),
    recent(snapshot, width),
    [],
    ...table(snapshot, state.chosen),
    [],
    ...snapshot.targets.map((target, i) => lane(snapshot, target.name, i, width)),
    rates(snapshot),
  ];
  const room = height - body.length - foot.length;
  const filled = [...body, ...story(snapshot, width, room)].slice(0, height - foot.length);
  const blank = Math.max(0, height - filled.length - foot.length);
  return [...filled, ...Array.from({ length: blank }, (): Line => []), ...foot];
}

function top(snapshot: LiveSnapshot, { stack, url }: ScreenState, width: number): Line[] {
  const { level, title, text } = headline(snapshot);
  const name = stack === "dev" ? `stack ${stack}` : `STACK ${stack}: NOT THE EMBEDDED LAB`;
  const head = `lab watch  ${name}  ${url}`;
  const sentences = wrapped(text, width).slice(0, 3);
  return [
    stack === "dev" ? [[head, "soft"]] : [[head.padEnd(width), "alarm"]],
    [[`${stateIcon(level)} ${title}`, level === "good" ? "good" : level]],
    ...sentences.map((line): Line => [[line, "plain"]]),
    ...Array.from({ length: 2 - Math.min(2, sentences.length) }, (): Line => []),
  ];
}

/** One sign a request, the newest on the right: the number of the target that answered, in its colour. */
function recent({ recent: all, targets }: LiveSnapshot, width: number): Line {
  const shown = all.slice(0, Math.max(0, width - 6)).reverse();
  const signs = shown.map(({ ok, target }): [string, Style] => {
    const index = targets.findIndex(({ name }) => name === target);
    return ok && index >= 0 ? [String((index + 1) % 10), `t${index}`] : ["✗", "bad"];
  });
  return [["last  ", "soft"], ...signs];
}

function table({ targets, at }: LiveSnapshot, chosen: number): Line[] {
  const head = "  # target   state          for share ideal    p50    p95 retried errors  checks";
  return [[[head, "soft"]], ...targets.map((target, i) => row(target, i, i === chosen, at))];
}

function row(target: LiveTarget, index: number, chosen: boolean, at: number): Line {
  const { name, since, share, ideal, p50, p95, retried, lost, checks } = target;
  const { level, word } = stateOf(target);
  const age = since === undefined ? "" : shortSpan(at - since);
  const part = (value: number | null) => (value === null ? "–" : `${Math.round(value * 100)}%`);
  const figures = [
    age.padStart(6),
    part(share).padStart(5),
    part(ideal).padStart(6),
    milliseconds(p50).padStart(7),
    milliseconds(p95).padStart(7),
    String(retried).padStart(8),
    String(lost).padStart(7),
  ].join("");
  return [
    [chosen ? "› " : "  ", "bold"],
    [`${index + 1} ${name.slice(0, 8).padEnd(9)}`, `t${index}`],
    [`${stateIcon(level)} ${word}`.slice(0, 13).padEnd(13), level],
    [figures, "plain"],
    ["  ", "plain"],
    ...checks.slice(-6).map((good): [string, Style] => (good ? ["•", "good"] : ["x", "bad"])),
  ];
}

function rates({ window, windowMs, totals, budget }: LiveSnapshot): Line {
  const success = window.sent === 0 ? "–" : `${Math.floor((window.ok / window.sent) * 1000) / 10}%`;
  const percentiles = [window.p50, window.p95, window.p99].map(rounded).join("/");
  const rate = `${Math.round(window.sent / (windowMs / 1000))}/s ok ${success}`;
  return [
    [`${rate} p50/p95/p99 ${percentiles} ms `, "plain"],
    [`lost ${totals.failed}`, totals.failed > 0 ? "bad" : "good"],
    [` of ${totals.sent} (budget ${Math.floor(budget.allowed)}) hidden ${totals.retried}`, "plain"],
  ];
}

/** What happened, the newest first, as far as there is room. */
function story({ incidents, at }: LiveSnapshot, width: number, room: number): Line[] {
  return incidents
    .flatMap((one): Line[] => {
      const style = one.endedAt !== undefined ? "soft" : one.drained ? "warn" : "bad";
      return wrapped(incidentText(one, at), width - 2).map((text, i): Line => [
        [i === 0 ? "▸ " : "  ", style],
        [text, one.endedAt === undefined ? "plain" : "soft"],
      ]);
    })
    .slice(0, Math.max(0, room));
}

function footer({ targets, heldBackFor }: LiveSnapshot, state: ScreenState): Line[] {
  const { readonly, chosen, said } = state;
  const name = targets[chosen]?.name ?? "";
  const keys = readonly
    ? "only looking   ? help   q quit"
    : `${name}: k kill f freeze p drop e errors h heal d drain u undrain ? help q quit`;
  const held = `./lab ${heldBackFor} measures: own requests are held back`;
  return [[[heldBackFor === undefined ? said : held, "warn"]], [[keys, "soft"]]];
}

function help({ targets }: LiveSnapshot, { stack, readonly, chosen }: ScreenState): Line[] {
  const name = targets[chosen]?.name ?? "app1";
  const actions = PAGE_ACTIONS.map(({ id }): Line => [
    [`  ${ACTION_KEYS[id]}   `, "bold"],
    [commandLine(actionWords(id, name), stack), "plain"],
  ]);
  return [
    [],
    [[`1-${Math.min(9, targets.length)} choose a target; keys speak of ${name} now`, "plain"]],
    ...(readonly ? [[["--readonly: no key breaks or repairs", "plain"]] as Line] : actions),
    [],
    [["last    one sign a request: the number of the target that answered, ✗ lost", "plain"]],
    [["share   of answered requests in 10 s; ideal: what the weights make of it", "plain"]],
    [["retried attempts made again, of all clients: failures nobody saw", "plain"]],
    [["lanes   the last minute: ─ in the rotation, █ out, ▒ drained, ! fault", "plain"]],
    [["? closes this, q quits", "soft"]],
  ];
}

const rounded = (value: number | null) => (value === null ? "–" : String(Math.round(value)));

const milliseconds = (value: number | null) =>
  value === null ? "–" : value < 10 ? `${value.toFixed(1)}ms` : `${Math.round(value)}ms`;

/** At most five characters. */
function shortSpan(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 100) return `${seconds}s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 100 ? `${minutes}m` : `${Math.round(minutes / 60)}h`;
}
