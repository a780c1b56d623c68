import { appendFileSync, mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { CommandContext } from "../core/command";
import { renderMarkdown } from "./markdown";
import type { PreviewReport } from "./report";
import { VERDICTS } from "./verdict";

/** Name of the report in the folder that `--out` names, and in the workflow's artifact. */
export const REPORT_FILE = "report.json";

/**
 * Prints the report, and writes it to where a CI looks: files in a folder, the job's summary
 * (`GITHUB_STEP_SUMMARY`) and outputs (`GITHUB_OUTPUT`).
 */
export function writeOutcome(
  context: CommandContext,
  report: PreviewReport,
  outer: Record<string, string | undefined> = process.env,
): void {
  const { paths, options, json, progress } = context;
  const out = typeof options.out === "string" ? options.out : join(paths.state, "ci");
  const folder = resolve(out);
  const markdown = renderMarkdown(report);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, REPORT_FILE), `${JSON.stringify(report, null, 2)}\n`);
  writeFileSync(join(folder, "preview.md"), markdown);
  if (outer.GITHUB_STEP_SUMMARY) appendFileSync(outer.GITHUB_STEP_SUMMARY, markdown);
  if (outer.GITHUB_OUTPUT) appendFileSync(outer.GITHUB_OUTPUT, outputs(report, folder));
  context.print(json ? JSON.stringify(report) : markdown);
  progress.info(`${VERDICTS[report.verdict].words}; report: ${join(folder, "preview.md")}`);
}

/** Values of our own making only: a line break in one would be another output. */
function outputs({ verdict }: PreviewReport, folder: string): string {
  return `verdict=${verdict}\nexit-status=${VERDICTS[verdict].exit}\nreport=${folder.replace(/[\r\n]/g, "")}\n`;
}
