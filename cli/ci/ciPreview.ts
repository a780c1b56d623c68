import { resolve } from "node:path";
import { interruptible } from "../../system/interruptible";
import { type CommandContext, integerOption } from "../core/command";
import { ensurePrerequisites } from "../prerequisites";
import { makeReport } from "./makeReport";
import { writeOutcome } from "./outcome";
import { previewRun, type RunContext } from "./previewRun";
import { rehearse } from "./rehearse";
import type { PreviewReport } from "./report";
import { compare } from "./trees";
import { requireGit } from "./typecheck";
import { readLabels, VERDICTS } from "./verdict";
import { leaveWorkspace, openWorkspace, removeLeftovers, removeWorkspace } from "./workspace";

/** `./lab ci preview`: the exit status says how it ended. */
export async function ciPreview(context: CommandContext): Promise<number> {
  const { options } = context;
  const minutes = integerOption("--timeout", options.timeout, { min: 1, max: 600, default: 60 });
  const report = await interruptible("the preview's lab is removed", (interrupted) =>
    withinTime(minutes, interrupted, (signal) => inWorkspace(context, signal)),
  );
  writeOutcome(context, report);
  return VERDICTS[report.verdict].exit;
}

/** Aborts the work when its time is over. */
async function withinTime<T>(
  minutes: number,
  interrupted: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const over = new AbortController();
  const timer = setTimeout(() => {
    over.abort(
      new Error(
        `ci preview: not done within ${minutes} minutes, and its lab is removed; raise --timeout`,
      ),
    );
  }, minutes * 60_000);
  try {
    return await work(AbortSignal.any([interrupted, over.signal]));
  } finally {
    clearTimeout(timer);
  }
}

async function inWorkspace(context: CommandContext, signal: AbortSignal): Promise<PreviewReport> {
  const { paths, progress, options } = context;
  const repository = resolve(textOption(options.repository) ?? paths.root);
  await requireGit(repository);
  const comparison = await compare(
    repository,
    textOption(options.base)!,
    textOption(options.head) ?? "HEAD",
  );
  const labels = readLabels(textOption(options.labels));
  await ensurePrerequisites(paths, progress, context.yes);
  await removeLeftovers(progress);
  const keep = options.keep === true;
  const workspace = openWorkspace(paths, keep);
  try {
    const run: RunContext = { paths, progress, repository, comparison, workspace, signal };
    const findings = await previewRun(run);
    const refused = [...(findings.events?.violations ?? []), ...(findings.baseViolations ?? [])];
    const mayRehearse = findings.problem === undefined && !refused.some((one) => one.mandatory);
    const rehearsal = options.rehearse === true && mayRehearse ? await rehearse(run) : undefined;
    return makeReport({ stack: "the embedded node", comparison, labels, findings, rehearsal });
  } finally {
    if (keep) leaveWorkspace(workspace);
    else await removeWorkspace(workspace.folder, progress);
  }
}

export const textOption = (value: string | boolean | undefined): string | undefined =>
  typeof value === "string" && value !== "" ? value : undefined;
