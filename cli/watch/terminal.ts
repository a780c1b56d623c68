import { type Line, rendered } from "./styled";

const ENTER = "\x1b[?1049h\x1b[?25l";
const LEAVE = "\x1b[?25h\x1b[?1049l";

/** The terminal as one screen that is drawn again and again. */
export interface Terminal {
  size(): { width: number; height: number };
  draw(lines: readonly Line[]): void;
  /** Gives the terminal back as it was. */
  close(): void;
}

/** Takes the terminal; each key comes as it is typed. Given back also when this process fails. */
export function openTerminal(onKey: (key: string) => void, colour: boolean): Terminal {
  const { stdin, stdout } = process;
  let open = true;
  const close = () => {
    if (!open) return;
    open = false;
    process.off("exit", close);
    stdin.off("data", keys);
    if (stdin.isTTY) stdin.setRawMode(false);
    stdin.pause();
    stdout.write(LEAVE);
  };
  const keys = (text: string) => {
    // An arrow or a pasted word is no row of commands.
    if ([...text].length === 1) onKey(text);
  };
  process.on("exit", close);
  stdout.write(ENTER);
  if (stdin.isTTY) stdin.setRawMode(true);
  stdin.setEncoding("utf8").on("data", keys).resume();
  return {
    size: () => ({ width: stdout.columns || 80, height: stdout.rows || 24 }),
    draw(lines) {
      if (!open) return;
      const width = stdout.columns || 80;
      const text = lines.map((line) => `${rendered(line, width, colour)}\x1b[K`).join("\r\n");
      stdout.write(`\x1b[H${text}\x1b[J`);
    },
    close,
  };
}
