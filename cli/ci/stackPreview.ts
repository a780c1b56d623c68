import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { KEY_FILE_VARIABLE, LOOKS_VARIABLE } from "../../lib/stack/machineFiles";
import { interruptible } from "../../system/interruptible";
import { type CommandContext, UsageError } from "../core/command";
import { askPulumi, openPulumi } from "../lab/session";
import type { StackExport } from "../stack/interrupted";
import { fillAppImage } from "../stack/prepare";
import { runChild } from "./children";
import { textOption } from "./ciPreview";
import { secretPlace, withEvents } from "./deploy";
import { strangersCode } from "./fork";
import { makeReport } from "./makeReport";
import { writeOutcome } from "./outcome";
import { programProblem } from "./previewRun";
import { keysOf } from "./stateKeys";
import { compare, type Comparison } from "./trees";
import { requireGit } from "./typecheck";
import { readLabels, VERDICTS } from "./verdict";

/** What makes no sense where nothing is deployed: the stack is there, and the code is this checkout's. */
const NOT_WITH_STACK = ["rehearse", "keep", "head", "repository"];

/**
 * `./lab ci preview --stack NAME`: this checkout's program against a real stack's state. Nothing is changed, and
 * neither the Proxmox API nor SSH is used.
 *
 * @throws UsageError for options that mean nothing here
 * @throws Error where a stranger's code would run with the stack's secrets
 */
export async function stackPreview(
  context: CommandContext,
  outer: Record<string, string | undefined> = process.env,
): Promise<number> {
  const { paths, stack, options } = context;
  for (const name of NOT_WITH_STACK) {
    if (options[name] === undefined) continue;
    throw new UsageError(
      `lab ci preview: --${name} is for previews on an embedded node, got --stack ${stack}; leave one out`,
    );
  }
  const stranger = strangersCode(outer);
  if (stranger !== undefined) {
    throw new Error(
      `stack "${stack}": is not previewed with a stranger's code, which would get its secrets: ${stranger}; ` +
        "preview it on an embedded node, with --base and without --stack",
    );
  }
  await requireGit(paths.root);
  const base = textOption(options.base);
  const comparison = await compare(paths.root, base ?? "HEAD", "HEAD");
  const report = await interruptible("nothing was changed", (signal) =>
    previewed(context, comparison, signal),
  );
  writeOutcome(context, report);
  return VERDICTS[report.verdict].exit;
}

async function previewed(context: CommandContext, comparison: Comparison, signal: AbortSignal) {
  const { paths, stack, options, progress } = context;
  const { toolchain, env } = await openPulumi(context);
  const ask = ["stack", "export", "--show-secrets"];
  const state = JSON.parse(await askPulumi(context, { toolchain, env }, ask)) as StackExport;
  await fillAppImage(context);
  const folder = mkdtempSync(join(secretPlace(), `${paths.id}-ci-`));
  try {
    const quiet = withoutReach(folder, { ...process.env, ...env }, state, stack);
    const own = await progress.step(`Stack ${stack}: preview`, (note) =>
      withEvents(paths.root, (flags) =>
        runChild(toolchain.pulumi, ["preview", ...flags], {
          ...{ cwd: paths.root, signal, onLine: note },
          env: { ...quiet, PULUMI_DEBUG_COMMANDS: "true" },
        }),
      ),
    );
    const findings = { events: own.events, problem: programProblem(own) };
    const labels = readLabels(textOption(options.labels));
    return makeReport({
      stack: `stack ${stack}, as its state has it`,
      comparison,
      labels,
      findings,
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const NO_SSH = `#!/bin/sh
echo "a preview of a real stack uses no SSH" >&2
exit 255
`;

const NO_TOKEN = "preview@pve!none=00000000-0000-0000-0000-000000000000";

/** The environment of a preview that looks at nothing but the state. */
function withoutReach(
  folder: string,
  env: Record<string, string | undefined>,
  state: StackExport,
  stack: string,
): Record<string, string | undefined> {
  // Docker's provider starts the first `ssh` of the path, and does without its answer.
  writeFileSync(join(folder, "ssh"), NO_SSH, { mode: 0o700 });
  let key = env[KEY_FILE_VARIABLE];
  if (!key) {
    // The keys are part of what the program declares: with others every CT would be replaced.
    const { privateKey, publicKey } = keysOf(state, stack);
    key = join(folder, "key");
    writeFileSync(key, privateKey, { mode: 0o600 });
    writeFileSync(`${key}.pub`, `${publicKey}\n`);
  }
  return {
    ...env,
    // The program refuses to be without one; nobody is shown it.
    PROXMOX_VE_API_TOKEN: env.PROXMOX_VE_API_TOKEN || NO_TOKEN,
    [KEY_FILE_VARIABLE]: key,
    [LOOKS_VARIABLE]: "none",
    PATH: [folder, env.PATH].join(delimiter),
  };
}
