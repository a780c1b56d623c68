import type { LiveSnapshot, LiveTarget } from "../live/liveModel";
import { type Markup, markup } from "../report/html";
import { stateIcon, stateOf } from "./states";

export interface Point {
  x: number;
  y: number;
}

/** Where the parts of the picture are, in its own units. */
export interface FlowPlaces {
  width: number;
  height: number;
  clients: Point;
  listener: Point;
  group: Point;
  targets: Point[];
  /** Size of a target's box. */
  box: { width: number; height: number };
}

/** Left to right where there is room, top to bottom on a phone. */
export function flowPlaces(count: number, narrow: boolean): FlowPlaces {
  if (narrow) {
    const columns = Math.min(count, 3);
    const rows = Math.ceil(count / columns);
    const width = 360;
    const cell = width / columns;
    return {
      width,
      height: 176 + rows * 70,
      clients: { x: width / 2, y: 20 },
      listener: { x: width / 2, y: 76 },
      group: { x: width / 2, y: 132 },
      targets: Array.from({ length: count }, (_, i) => ({
        x: cell * ((i % columns) + 0.5),
        y: 208 + Math.floor(i / columns) * 70,
      })),
      box: { width: Math.min(cell - 8, 130), height: 54 },
    };
  }
  const height = Math.max(180, count * 66 + 16);
  const middle = height / 2;
  return {
    width: 1000,
    height,
    clients: { x: 70, y: middle },
    listener: { x: 280, y: middle },
    group: { x: 510, y: middle },
    targets: Array.from({ length: count }, (_, i) => ({
      x: 860,
      y: (height / count) * (i + 0.5),
    })),
    box: { width: 230, height: 54 },
  };
}

/** Where a dot enters a target's box. */
export function entryOf({ targets, box }: FlowPlaces, index: number, narrow: boolean): Point {
  const { x, y } = targets[index]!;
  return narrow ? { x, y: y - box.height / 2 } : { x: x - box.width / 2, y };
}

/** The ways that requests take; dots move over them. */
export function wires({ targets }: LiveSnapshot, narrow: boolean): Markup {
  const places = flowPlaces(targets.length, narrow);
  const { clients, listener, group } = places;
  return drawn(
    places,
    markup`<path class="wire" d="${line(clients, listener)}" />
    <path class="wire" d="${line(listener, group)}" />
    ${targets.map((target, i) => markup`<path class="wire ${stateOf(target).level}" d="${line(group, entryOf(places, i, narrow))}" />`)}`,
  );
}

/** Listener, target group and targets as they are now; dots move behind them. */
export function nodes({ targets }: LiveSnapshot, narrow: boolean): Markup {
  const places = flowPlaces(targets.length, narrow);
  const { clients, listener, group } = places;
  const usable = targets.filter(({ state }) => state === "healthy" || state === "initial").length;
  return drawn(
    places,
    markup`${node(clients, "clients", "", 100)} ${node(listener, "listener", ":80", 104)}
    ${node(group, "target group", `${usable} of ${targets.length} healthy`, 134)}
    ${targets.map((target, i) => targetBox(target, places, i))}`,
  );
}

const drawn = ({ width, height }: FlowPlaces, content: Markup) =>
  markup`<svg viewBox="0 0 ${width} ${height}" aria-hidden="true">${content}</svg>`;

function node({ x, y }: Point, title: string, text: string, width: number): Markup {
  const low = text === "" ? 4 : -3;
  return markup`<rect class="node" x="${x - width / 2}" y="${y - 20}" width="${width}" height="40" rx="8" />
    <text class="strong" x="${x}" y="${y + low}" text-anchor="middle">${title}</text>
    ${text !== "" && markup`<text x="${x}" y="${y + 13}" text-anchor="middle">${text}</text>`}`;
}

function targetBox(target: LiveTarget, { targets, box }: FlowPlaces, index: number): Markup {
  const { x, y } = targets[index]!;
  const { level, word } = stateOf(target);
  const left = x - box.width / 2;
  const share = target.share === null ? "–" : `${Math.round(target.share * 100)} %`;
  return markup`<rect class="node target ${level}" x="${left}" y="${y - box.height / 2}" width="${box.width}" height="${box.height}" rx="8" />
    <text class="strong t${index}" x="${left + 10}" y="${y - 6}">${target.name}</text>
    <text class="strong" x="${left + box.width - 10}" y="${y - 6}" text-anchor="end">${share}</text>
    <text class="state ${level}" x="${left + 10}" y="${y + 15}">${stateIcon(level)} ${word}</text>`;
}

const line = (from: Point, to: Point) => `M${from.x} ${from.y}L${to.x} ${to.y}`;
