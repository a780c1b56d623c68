import type { LiveMessage, PageFacts } from "../message";
import { announcement, parts } from "../parts";
import { Dots } from "./dots";

/** As wide as a phone: the picture of the flow goes from top to bottom. */
const narrow = matchMedia("(max-width: 40rem)");

/** The document of a JSON script element. */
export function embedded<T>(id: string): T | undefined {
  const text = document.getElementById(id)?.textContent;
  return text ? (JSON.parse(text) as T) : undefined;
}

export const element = <T extends HTMLElement>(id: string): T => document.getElementById(id) as T;

/** Puts what changed into the page; what did not change keeps its place, focus and selection. */
export class Page {
  private readonly shown = new Map<string, string>();
  readonly dots: Dots;

  constructor(readonly facts: PageFacts) {
    this.dots = new Dots(element("dots"), facts.targets);
  }

  /** It is as narrow as a phone. */
  get narrow(): boolean {
    return narrow.matches;
  }

  show(message: LiveMessage): void {
    for (const [name, text] of Object.entries(parts(message, this.facts, this.narrow))) {
      if (this.shown.get(name) === text) continue;
      this.shown.set(name, text);
      const place = document.querySelector(`[data-part="${name}"]`);
      if (place) place.innerHTML = text;
    }
    const said = announcement(message);
    if (element("announcement").textContent !== said) element("announcement").textContent = said;
    this.dots.send(message.dots, this.narrow);
  }
}
