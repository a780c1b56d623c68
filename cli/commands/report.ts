import { mkdirSync, writeFileSync } from "node:fs";
import { basename, dirname, extname, join, resolve } from "node:path";
import { chartFiles, type Replay, type Report, renderPage } from "../../observer/report/page";
import type { ExperimentResult } from "../../observer/experiment";
import { type Command, type CommandContext, UsageError } from "../core/command";
import { eitherOf } from "../core/suggest";
import { aboutLab } from "../experiments/about";
import { newestResults, recordingOf, savedResults } from "../experiments/results";
import { writeReplay } from "../replay/pages";

const longestName = 200;

export const command: Command = {
  usage: 'report [EXPERIMENT…] [--name "Ada Lovelace"] [--output FILE.html]',
  description:
    "A report of the newest results of ./lab experiment under each profile, to read, print or hand\n" +
    "in: one HTML page that needs nothing else, the same as JSON, each chart as an SVG file, and for\n" +
    "each run a page that plays it, which the report links.\n" +
    "Without names of experiments: of all that were run.",
  options: {
    name: { type: "string", value: "NAME", help: "whose work it is, for the first page" },
    output: { type: "string", value: "FILE", help: "the page (default: .lab/report/report.html)" },
  },
  maxArgs: 50,
  async run(context) {
    const output = outputOf(context);
    const name = nameOf(context.options.name);
    const results = chosen(newestResults(savedResults(context)), context.args);
    const about = await aboutLab(context, results);
    const replays = await writeReplays(context, output, results);
    const report: Report = {
      version: 1,
      ...(name !== undefined && { name }),
      writtenAt: new Date().toISOString(),
      about,
      results,
      replays,
    };
    const files = [...writeReport(output, report), ...replays.map(({ page }) => page)];
    for (const file of files) context.print(resolve(dirname(output), file));
    return 0;
  },
};

function outputOf({ options, paths }: CommandContext): string {
  const wanted = options.output;
  if (wanted === undefined) return join(paths.state, "report", "report.html");
  if (extname(String(wanted)) !== ".html") {
    throw new UsageError(`--output: must end with .html, got ${JSON.stringify(wanted)}`);
  }
  return resolve(String(wanted));
}

function nameOf(value: string | boolean | undefined): string | undefined {
  if (value === undefined) return undefined;
  const name = String(value).trim();
  if (name !== "" && name.length <= longestName) return name;
  throw new UsageError(
    `--name: must have 1 to ${longestName} characters, got ${JSON.stringify(value)}`,
  );
}

/** The results of the wanted experiments. @throws when there is none of one. */
export function chosen(results: ExperimentResult[], wanted: string[]): ExperimentResult[] {
  const there = [...new Set(results.map(({ experiment }) => experiment))];
  if (there.length === 0) {
    throw new Error("report: no experiment was run yet; run ./lab experiment failover");
  }
  const missing = wanted.find((name) => !there.includes(name));
  if (missing !== undefined) {
    const got = JSON.stringify(missing);
    throw new UsageError(`no result of experiment ${got}; choose ${eitherOf(there)}`);
  }
  return wanted.length === 0
    ? results
    : results.filter(({ experiment }) => wanted.includes(experiment));
}

/** A page that plays each result that was recorded, beside the report. */
async function writeReplays(
  context: CommandContext,
  output: string,
  results: readonly ExperimentResult[],
): Promise<Replay[]> {
  const stem = basename(output, ".html");
  const replays: Replay[] = [];
  for (const result of results) {
    const recording = recordingOf(context, result);
    if (recording === undefined) continue;
    const { experiment, profile } = result;
    const page = `${stem}-${experiment}-${profile}-replay.html`;
    await writeReplay(recording, join(dirname(output), page));
    replays.push({ experiment, profile, page });
  }
  return replays;
}

/** Writes page, JSON and charts side by side; returns the files, the page first. */
function writeReport(page: string, report: Report): string[] {
  const folder = dirname(page);
  const stem = basename(page, ".html");
  const files: [string, string][] = [
    [page, renderPage(report)],
    [join(folder, `${stem}.json`), `${JSON.stringify(report, undefined, 2)}\n`],
    ...chartFiles(report).map(({ name, svg }): [string, string] => [
      join(folder, `${stem}-${name}`),
      svg,
    ]),
  ];
  mkdirSync(folder, { recursive: true });
  for (const [file, text] of files) writeFileSync(file, text);
  return files.map(([file]) => file);
}
