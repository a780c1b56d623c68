import { entryOf, type FlowPlaces, flowPlaces, type Point } from "../flow";
import type { LiveRequest } from "../../live/liveEvents";

/** How long a dot is on its way, in milliseconds. */
export const TRAVEL_MS = 900;
/** A message comes four times a second: its dots are spread over that time. */
const spreadMs = 250;
const most = 60;
/** A lost request stays where it got to for so long. */
const stayMs = 1200;

/** Moves a dot for each request from the clients to the target that answered it. */
export class Dots {
  private readonly still = matchMedia("(prefers-reduced-motion: reduce)");
  private readonly moving = new Set<Animation>();
  private rate = 1;

  constructor(
    private readonly layer: HTMLElement,
    private readonly targets: string[],
  ) {}

  /** Requests that have just ended, one after the other. */
  send(requests: readonly LiveRequest[], narrow: boolean): void {
    const dots = requests.map((request, i) => {
      return { request, age: (-i * spreadMs) / requests.length };
    });
    this.place(dots, narrow);
  }

  /** Dots that have been on their way for so many milliseconds. */
  place(dots: readonly { request: LiveRequest; age: number }[], narrow: boolean): void {
    const places = flowPlaces(this.targets.length, narrow);
    this.layer.setAttribute("viewBox", `0 0 ${places.width} ${places.height}`);
    if (this.still.matches || document.hidden) return;
    for (const { request, age } of dots) {
      if (this.layer.childElementCount < most) this.move(request, { places, narrow, age });
    }
  }

  /** How fast all of them move; 0: they stand. */
  pace(rate: number): void {
    if (rate === this.rate) return;
    this.rate = rate;
    for (const motion of this.moving) this.set(motion);
  }

  clear(): void {
    for (const motion of this.moving) motion.cancel();
    this.moving.clear();
    this.layer.replaceChildren();
  }

  private move(
    request: LiveRequest,
    { places, narrow, age }: { places: FlowPlaces; narrow: boolean; age: number },
  ): void {
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
    const end = request.ok ? 0 : stayMs;
    const timing = { duration: TRAVEL_MS, endDelay: end, fill: "both" as const };
    const motion = dot.animate(frames, { ...timing, delay: -age });
    this.moving.add(motion);
    this.set(motion);
    motion.onfinish = () => {
      this.moving.delete(motion);
      dot.remove();
    };
  }

  private set(motion: Animation): void {
    if (this.rate === 0) motion.pause();
    else {
      motion.updatePlaybackRate(this.rate);
      if (motion.playState === "paused") motion.play();
    }
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
