/**
 * Tells how a step goes on.
 *
 * @param share how much of it is done, 0 to 1; drawn as a bar. Left out where nobody can know.
 */
export type Note = (text: string, share?: number) => void;

/** Says what long work does, how far it is and how long it took. Everything goes to standard error. */
export interface Progress {
  /** Runs one named step and prints its outcome with the elapsed time. Errors pass through. */
  step<T>(title: string, work: (note: Note) => Promise<T>): Promise<T>;
  /** One line of information. */
  info(text: string): void;
  warn(text: string): void;
}

interface ActiveStep {
  title: string;
  from: number;
  latest: string;
  share?: number;
}

const drawEveryMs = 200;
/** Often enough for a log of a long build to show life, seldom enough to stay readable. */
const logEveryMs = 30_000;

/** Elapsed time, e.g. `4.9 s` or `2 min 05 s`. */
export function elapsed(milliseconds: number): string {
  if (milliseconds < 60_000) return `${(milliseconds / 1000).toFixed(1)} s`;
  const whole = Math.round(milliseconds / 1000);
  return `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, "0")} s`;
}

const since = (from: number) => elapsed(Date.now() - from);

/**
 * On a terminal each running step has a line that is drawn in place, several when steps run side by
 * side. In a log begin and end are printed, and every half minute what is still being done.
 */
export function consoleProgress(
  out: NodeJS.WriteStream = process.stderr,
  logEvery = logEveryMs,
): Progress {
  const live = out.isTTY && !process.env.CI;
  const active = new Set<ActiveStep>();
  let drawn = 0;
  let timer: NodeJS.Timeout | undefined;

  const erase = () => {
    if (drawn > 0) out.write(`\x1b[${drawn}F\x1b[J`);
    drawn = 0;
  };
  const draw = () => {
    erase();
    const width = (out.columns ?? 80) - 1;
    for (const step of active) {
      out.write(`${stepLine(step).slice(0, width)}\n`);
      drawn++;
    }
  };
  /** A lasting line, above the ones that are drawn in place. */
  const line = (text: string) => {
    erase();
    out.write(`${text}\n`);
    if (live && active.size > 0) draw();
  };

  const log = () => {
    for (const step of active) line(stepLine(step).slice(0, 300));
  };

  return {
    async step(title, work) {
      const step: ActiveStep = { title, from: Date.now(), latest: "", share: undefined };
      active.add(step);
      if (!live) line(`… ${title}`);
      timer ??= setInterval(live ? draw : log, live ? drawEveryMs : logEvery);
      const end = (mark: string) => {
        active.delete(step);
        if (active.size === 0) {
          clearInterval(timer);
          timer = undefined;
        }
        line(`${mark} ${title} (${since(step.from)})`);
      };
      try {
        const result = await work((text, share) => {
          step.latest = text.trim();
          step.share = share;
        });
        end("✓");
        return result;
      } catch (error) {
        end("✗");
        throw error;
      }
    },
    info: line,
    warn: (text) => line(`! ${text}`),
  };
}

const barWidth = 20;

/** A share as a bar, e.g. `[#####---------------]`. */
export function bar(share: number): string {
  const full = Math.round(Math.min(1, Math.max(0, share)) * barWidth);
  return `[${"#".repeat(full)}${"-".repeat(barWidth - full)}]`;
}

function stepLine({ title, from, latest, share }: ActiveStep): string {
  const done = share === undefined ? "" : ` ${bar(share)}`;
  return `… ${title} (${since(from)})${done} ${latest}`.trimEnd();
}
