import { entryOf, type FlowPlaces, flowPlaces, type Point } from "../flow";
import type { LiveRequest } from "../../live/liveEvents";

const travelMs = 900;
/** A message comes four times a second: its dots are spread over that time. */
const spreadMs = 250;
const most = 60;

/** Moves a dot for each request from the clients to the target that answered it. */
export class Dots {
  private readonly still = matchMedia("(prefers-reduced-motion: reduce)");

  constructor(
    private readonly layer: HTMLElement,
    private readonly targets: string[],
  ) {}

  send(requests: readonly LiveRequest[], narrow: boolean): void {
    const places = flowPlaces(this.targets.length, narrow);
    this.layer.setAttribute("viewBox", `0 0 ${places.width} ${places.height}`);
    if (this.still.matches || document.hidden) return;
    requests.forEach((request, i) => {
      if (this.layer.childElementCount < most) {
        this.move(request, places, narrow, (i * spreadMs) / requests.length);
      }
    });
  }

  private move(request: LiveRequest, places: FlowPlaces, narrow: boolean, delay: number): void {
    const index = request.target === undefined ? -1 : this.targets.indexOf(request.target);
    const way = [places.clients, places.listener, places.group];
    if (index >= 0) way.push(entryOf(places, index, narrow));
    const dot = document.createElementNS("http://www.w3.org/2000/svg", "circle");
    dot.setAttribute("r", request.ok ? "5" : "7");
    dot.setAttribute("class", `dot ${request.ok ? `t${index % 6}` : "lost"}`);
    this.layer.append(dot);
    const frames = steps(way).map(({ x, y, offset }) => ({
      transform: `translate(${x}px, ${y}px)`,
      offset,
    }));
    const end = request.ok ? 0 : 1200;
    const motion = dot.animate(frames, { duration: travelMs, delay, fill: "both" });
    // A lost request stays where it got to for a moment.
    motion.onfinish = () => setTimeout(() => dot.remove(), end);
  }
}

/** Points with the part of the way at which each is reached, at an even speed. */
function steps(way: Point[]): (Point & { offset: number })[] {
  const lengths = way.map((point, i) =>
    i === 0 ? 0 : Math.hypot(point.x - way[i - 1]!.x, point.y - way[i - 1]!.y),
  );
  const total = lengths.reduce((a, b) => a + b, 0);
  let gone = 0;
  return way.map((point, i) => ({ ...point, offset: Math.min(1, (gone += lengths[i]!) / total) }));
}
