/** Says what long work does, how far it is and how long it took. Everything goes to standard error. */
export interface Progress {
  /** Runs one named step and prints its outcome with the elapsed time. Errors pass through. */
  step<T>(title: string, work: (note: (text: string) => void) => Promise<T>): Promise<T>;
  /** One line of information. */
  info(text: string): void;
  warn(text: string): void;
}

const seconds = (from: number) => `${((Date.now() - from) / 1000).toFixed(1)} s`;

/** On a terminal a step's latest note is shown in place; in a log only begin and end are printed. */
export function consoleProgress(out: NodeJS.WriteStream = process.stderr): Progress {
  const live = out.isTTY && !process.env.CI;
  return {
    async step(title, work) {
      const from = Date.now();
      let latest = "";
      const draw = () => {
        const width = (out.columns ?? 80) - 1;
        out.write(`\r\x1b[K${`… ${title} (${seconds(from)}) ${latest}`.slice(0, width)}`);
      };
      if (!live) out.write(`… ${title}\n`);
      const timer = live ? setInterval(draw, 200) : undefined;
      try {
        const result = await work((text) => (latest = text.trim()));
        out.write(`${live ? "\r\x1b[K" : ""}✓ ${title} (${seconds(from)})\n`);
        return result;
      } catch (error) {
        out.write(`${live ? "\r\x1b[K" : ""}✗ ${title} (${seconds(from)})\n`);
        throw error;
      } finally {
        clearInterval(timer);
      }
    },
    info: (text) => void out.write(`${text}\n`),
    warn: (text) => void out.write(`! ${text}\n`),
  };
}
