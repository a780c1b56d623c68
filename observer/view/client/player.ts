import { type Moment, overview } from "../../replay/moments";
import type { Recording } from "../../replay/recording";
import { Tape } from "../../replay/tape";
import { timeText } from "../../replay/timeText";
import { momentButtons, track } from "../../replay/track";
import { clock } from "../../live/words";
import { TRAVEL_MS } from "./dots";
import { element, type Page } from "./page";

/** The view is drawn anew so often, in milliseconds; the slider moves as often as the screen. */
const drawEveryMs = 100;
/** Requests a second of which each has a dot; of more, every n-th has. */
const mostDots = 50;
/** A moment is looked at a little before, so that it is seen to happen. */
const leadMs = 500;

/** Plays a recording: what slider, buttons and keys do. */
export class Player {
  private readonly tape: Tape;
  private readonly moments: Moment[];
  private readonly every: number;
  private readonly slider = element<HTMLInputElement>("time");
  private readonly speed = element<HTMLSelectElement>("speed");
  private readonly length: number;
  private at: number;
  private drawnAt = 0;
  private playing: { frame: number; last: number } | undefined;

  constructor(
    recording: Recording,
    private readonly page: Page,
  ) {
    this.tape = new Tape(recording);
    const { fromAt, toAt } = this.tape;
    this.length = toAt - fromAt;
    this.every = Math.max(1, Math.round(this.tape.rate() / mostDots));
    this.slider.max = String(this.length);
    const all = overview(recording);
    this.moments = all.moments;
    element("track").innerHTML = track(all, fromAt, toAt).text;
    element("moments").innerHTML = momentButtons(this.moments, fromAt).text;
    this.at = fromAt;
    this.goToAddress();
    this.listen();
  }

  /** `#t=12.5` in the page's address is a moment, in seconds. */
  private goToAddress(): void {
    const asked = Number(/^#t=(\d+(?:\.\d+)?)$/.exec(location.hash)?.[1] ?? 0);
    this.go(this.tape.fromAt + asked * 1000);
  }

  private listen(): void {
    element("play").addEventListener("click", () => this.toggle());
    this.slider.addEventListener("input", () => {
      this.go(this.tape.fromAt + Number(this.slider.value));
    });
    this.speed.addEventListener("change", () => this.page.dots.pace(this.pace()));
    element("moments").addEventListener("click", ({ target }) => {
      const button = (target as Element).closest<HTMLElement>("[data-moment]");
      if (button) this.go(this.moments[Number(button.dataset.moment)]!.at - leadMs);
    });
    addEventListener("hashchange", () => this.goToAddress());
    document.addEventListener("keydown", (event) => this.key(event));
  }

  private key(event: KeyboardEvent): void {
    if (event.ctrlKey || event.altKey || event.metaKey || event.target === this.speed) return;
    const onButton = (event.target as Element).closest("button") !== null;
    const step = event.shiftKey ? 10_000 : 1000;
    const does: Record<string, (() => void) | undefined> = {
      " ": onButton ? undefined : () => this.toggle(),
      ArrowLeft: () => this.go(this.at - step),
      ArrowRight: () => this.go(this.at + step),
      ...(event.target === this.slider && {
        Home: () => this.go(this.tape.fromAt),
        End: () => this.go(this.tape.toAt),
        PageUp: () => this.jump(1),
        PageDown: () => this.jump(-1),
      }),
    };
    const work = does[event.key];
    if (!work) return;
    event.preventDefault();
    work();
  }

  /** To the next moment, or the one before. */
  private jump(way: 1 | -1): void {
    const starts = this.moments.map(({ at }) => Math.max(this.tape.fromAt, at - leadMs));
    const next =
      way > 0 ? starts.find((at) => at > this.at + 1) : starts.findLast((at) => at < this.at - 1);
    this.go(next ?? (way > 0 ? this.tape.toAt : this.tape.fromAt));
  }

  private toggle(): void {
    if (this.playing) return this.pause();
    if (this.at >= this.tape.toAt) this.go(this.tape.fromAt);
    this.playing = { frame: requestAnimationFrame((now) => this.frame(now)), last: -1 };
    this.showState();
  }

  private pause(): void {
    if (this.playing) cancelAnimationFrame(this.playing.frame);
    this.playing = undefined;
    this.showState();
  }

  private frame(now: number): void {
    if (!this.playing) return;
    const { last } = this.playing;
    // A page that was in the background goes on from where it was.
    const gone = last < 0 ? 0 : Math.min(1000, now - last);
    const at = Math.min(this.tape.toAt, this.at + gone * Number(this.speed.value));
    this.at = at;
    this.playing = { frame: requestAnimationFrame((next) => this.frame(next)), last: now };
    if (Math.abs(now - this.drawnAt) >= drawEveryMs || at >= this.tape.toAt) {
      this.drawnAt = now;
      this.draw();
    }
    this.showTime();
    if (at >= this.tape.toAt) this.pause();
  }

  /** Goes to a moment: dots stand where they were then. */
  private go(at: number): void {
    this.at = Math.min(this.tape.toAt, Math.max(this.tape.fromAt, at));
    this.page.dots.clear();
    this.sentUntil = this.at - TRAVEL_MS;
    this.draw();
    this.showTime();
  }

  private sentUntil = 0;

  private draw(): void {
    const requests = this.tape.requests(this.sentUntil, this.at, this.every);
    this.sentUntil = this.at;
    this.page.dots.pace(this.pace());
    const snapshot = this.tape.seek(this.at);
    const slower = this.dotSpeed() / Number(this.speed.value);
    const dots = requests.map((request) => ({
      request,
      age: (this.at - request.at) * (this.playing ? slower : 1),
    }));
    this.page.show({ snapshot, dots: [], dotStands: this.every });
    this.page.dots.place(dots, this.page.narrow);
  }

  private showTime(): void {
    const gone = this.at - this.tape.fromAt;
    this.slider.value = String(gone);
    this.slider.setAttribute("aria-valuetext", `${timeText(gone)} of ${timeText(this.length)}`);
    element("clock").innerHTML =
      `<b>${timeText(gone)}</b> / ${timeText(this.length)}<span class="wall"> · ${clock(this.at)}</span>`;
    const passed = this.moments.findLastIndex(({ at }) => at - leadMs <= this.at + 1);
    document.querySelectorAll("[data-moment]").forEach((button, i) => {
      if (i === passed) button.setAttribute("aria-current", "true");
      else button.removeAttribute("aria-current");
    });
  }

  private showState(): void {
    const playing = this.playing !== undefined;
    element("play-icon").textContent = playing ? "❚❚" : "▶";
    element("play-word").textContent = playing ? "Pause" : "Play";
    this.page.dots.pace(this.pace());
  }

  /** How fast dots move; 0: they stand. */
  private pace(): number {
    return this.playing ? this.dotSpeed() : 0;
  }

  /** A dot that is quicker than this is not seen. */
  private dotSpeed(): number {
    return Math.min(2, Number(this.speed.value));
  }
}
