/** Says what long work does, how far it is and how long it took. Everything goes to standard error. */
export interface Progress {
  /** Runs one named step and prints its outcome with the elapsed time. Errors pass through. */
  step<T>(title: string, work: (note: (text: string) => void) => Promise<T>): Promise<T>;
  /** One line of information. */
  info(text: string): void;
  warn(text: string): void;
}

interface ActiveStep {
  title: string;
  from: number;
  latest: string;
}

const seconds = (from: number) => `${((Date.now() - from) / 1000).toFixed(1)} s`;

/**
 * On a terminal each running step has a line that is drawn in place, several when steps run side by
 * side; in a log only begin and end are printed.
 */
export function consoleProgress(out: NodeJS.WriteStream = process.stderr): Progress {
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
    for (const { title, from, latest } of active) {
      out.write(`${`… ${title} (${seconds(from)}) ${latest}`.slice(0, width)}\n`);
      drawn++;
    }
  };
  /** A lasting line, above the ones that are drawn in place. */
  const line = (text: string) => {
    erase();
    out.write(`${text}\n`);
    if (live && active.size > 0) draw();
  };

  return {
    async step(title, work) {
      const step: ActiveStep = { title, from: Date.now(), latest: "" };
      active.add(step);
      if (live) timer ??= setInterval(draw, 200);
      else line(`… ${title}`);
      const end = (mark: string) => {
        active.delete(step);
        if (active.size === 0) {
          clearInterval(timer);
          timer = undefined;
        }
        line(`${mark} ${title} (${seconds(step.from)})`);
      };
      try {
        const result = await work((text) => (step.latest = text.trim()));
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
