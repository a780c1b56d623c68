import { now } from "../../observer/prober";
import { actionWords, commandLine } from "../../observer/view/actions";
import { type Command, type CommandContext, integerOption } from "../core/command";
import { actor } from "../live/act";
import { type LiveLab, openLiveLab } from "../live/liveLab";
import { RECORD_OPTION, recordOption } from "../replay/recordOption";
import { untilInterrupted } from "../live/untilInterrupted";
import { meaningOf } from "../watch/keys";
import { PrintedLines } from "../watch/printed";
import { screen, type ScreenState } from "../watch/screen";
import { openTerminal } from "../watch/terminal";

const drawEveryMs = 250;

export const command: Command = {
  usage: "watch [--rate 20] [--readonly] [--record FILE.jsonl]",
  description:
    "The lab in the terminal, live: the last requests by the target that answered, shares, states\n" +
    "with reason, a timeline, latency and losses; keys break, drain and repair, ? lists them. It\n" +
    "sends requests of its own, which are held back while an experiment or a benchmark measures;\n" +
    "./lab verify counts them as another client's. Without a terminal it prints a line for each\n" +
    "change. What it sees can be recorded, for ./lab replay. NO_COLOR is heeded.",
  options: {
    rate: { type: "string", value: "N", help: "requests per second (0 to 200, default 20)" },
    readonly: { type: "boolean", help: "only look: no key breaks anything" },
    record: RECORD_OPTION,
  },
  passesThrough: true,
  async run(context) {
    const { options } = context;
    const rate = integerOption("--rate", options.rate, { min: 0, max: 200, default: 20 });
    const lab = await openLiveLab(context, { rate, record: recordOption(options.record) });
    try {
      if (process.stdout.isTTY && process.stdin.isTTY) await onTerminal(context, lab);
      else await asLines(context, lab);
    } finally {
      await lab.stop();
    }
    return 0;
  },
};

async function asLines(context: CommandContext, lab: LiveLab): Promise<void> {
  const lines = new PrintedLines();
  const timer = setInterval(() => {
    const line = lines.next(lab.model.snapshot(now()));
    if (line !== undefined) context.print(line);
  }, drawEveryMs);
  await untilInterrupted();
  clearInterval(timer);
}

async function onTerminal(context: CommandContext, lab: LiveLab): Promise<void> {
  const targets = lab.outputs.targets.map(({ name }) => name);
  const readonly = context.options.readonly === true;
  const { stack } = context;
  const state: ScreenState = {
    ...{ stack, url: lab.url, readonly, help: false, chosen: Math.min(1, targets.length - 1) },
    said: "",
  };
  // What commands report goes into the screen, not over it.
  const quiet = { ...context, progress: quietProgress() };
  const act = actor(quiet, targets);
  let quit = () => {};
  const quitting = new Promise<void>((resolve) => (quit = resolve));
  const terminal = openTerminal((key) => {
    const meaning = meaningOf(key, { targets: targets.length, readonly });
    if (meaning?.does === "quit") quit();
    if (meaning?.does === "help") state.help = !state.help;
    if (meaning?.does === "choose") state.chosen = meaning.index;
    if (meaning?.does === "act") void perform(meaning.action);
    draw();
  }, !process.env.NO_COLOR);
  const perform = async (action: string) => {
    const target = targets[state.chosen]!;
    const line = commandLine(actionWords(action, target), stack);
    state.said = `${line} …`;
    state.said = await act(action, target).then(
      () => `${line}: done`,
      (error: Error) => `${line}: ${error.message}`,
    );
  };
  const draw = () => {
    terminal.draw(screen(lab.model.snapshot(now()), state, terminal.size()));
  };
  const timer = setInterval(draw, drawEveryMs);
  process.stdout.on("resize", draw);
  try {
    await Promise.race([quitting, untilInterrupted()]);
  } finally {
    clearInterval(timer);
    process.stdout.off("resize", draw);
    terminal.close();
  }
}

const quietProgress = (): CommandContext["progress"] => ({
  step: (_title, work) => work(() => undefined),
  info: () => undefined,
  warn: () => undefined,
});
