import { existsSync } from "node:fs";
import { basename, extname, join, resolve } from "node:path";
import type { ExperimentResult } from "../../observer/experiment";
import { type Command, type CommandContext, UsageError } from "../core/command";
import { eitherOf } from "../core/suggest";
import { EXPERIMENTS } from "../experiments/catalogue";
import { newestResults, recordingOf, savedResults } from "../experiments/results";
import { writeReplay } from "../replay/pages";

export const command: Command = {
  usage: "replay [EXPERIMENT|FILE.jsonl] [--output FILE.html]",
  description:
    "A page that plays what was recorded: the dashboard's view with a slider over time, one file\n" +
    "that needs no server, no network and nothing beside it. Of the newest run of an experiment\n" +
    "(default: of the newest of all), or of what ./lab watch or ./lab dashboard --record wrote.",
  options: {
    output: {
      type: "string",
      value: "FILE",
      help: "the page (default: .lab/replay/NAME.html, or beside FILE.jsonl)",
    },
  },
  maxArgs: 1,
  words: Object.keys(EXPERIMENTS),
  async run(context) {
    const { recording, page } = chosen(context);
    await writeReplay(recording, page);
    context.print(page);
    return 0;
  },
};

/** What is to be played, and where its page goes. @throws UsageError when there is no such thing */
function chosen(context: CommandContext): { recording: string; page: string } {
  const { args, options, paths } = context;
  const { output } = options;
  if (output !== undefined && extname(String(output)) !== ".html") {
    throw new UsageError(`--output: must end with .html, got ${JSON.stringify(output)}`);
  }
  const page = (usual: string) => resolve(output === undefined ? usual : String(output));
  const [word] = args;
  if (word !== undefined && !Object.hasOwn(EXPERIMENTS, word)) {
    if (!existsSync(word)) {
      const names = eitherOf(Object.keys(EXPERIMENTS));
      throw new UsageError(
        `no recording ${JSON.stringify(word)}; give the file of one, or choose ${names}`,
      );
    }
    return { recording: resolve(word), page: page(word.replace(/(\.jsonl)?$/, ".html")) };
  }
  const recording = newest(context, word);
  const name = basename(recording, ".jsonl");
  return { recording, page: page(join(paths.state, "replay", `${name}.html`)) };
}

/** The recording of the newest run. @throws when there is none */
function newest(context: CommandContext, name: string | undefined): string {
  const wanted = ({ experiment }: ExperimentResult) => name === undefined || experiment === name;
  const found = newestResults(savedResults(context))
    .filter(wanted)
    .sort((a, b) => b.startedAt.localeCompare(a.startedAt))
    .flatMap((result) => recordingOf(context, result) ?? []);
  if (found[0] !== undefined) return found[0];
  throw new Error(
    name === undefined
      ? "replay: no experiment was recorded yet; run ./lab experiment failover"
      : `replay: experiment ${name} was not recorded yet; run ./lab experiment ${name}`,
  );
}
