import { readFileSync } from "node:fs";
import { join } from "node:path";
import { policies } from "../../policy/policies";
import { connections } from "../../policy/policies/connections";
import { ensureToolchain, toolchainIsThere } from "../../toolchain";
import type { CommandContext } from "../core/command";
import { askPulumi } from "../lab/session";
import { pulumiEnvironment } from "../stack/environment";
import { followUp } from "../stack/followUp";
import type { StackExport } from "../stack/interrupted";
import { devState } from "../stack/stackState";
import { devStack } from "../stack/workingCopy";
import { judge, type Judgement, type PolicyFinding } from "./judge";
import { readPackConfig } from "./packConfig";
import { countOf, type StoredResource, storedResources, withClosedConnection } from "./storedStack";

/** What the pack says of a stored state. */
export interface StoredJudgement extends Judgement {
  /** How many resources were judged. */
  resources: number;
}

/** There is no stack, or nothing in it. */
export class NothingToJudgeError extends Error {}

/**
 * Judges a state by this checkout's pack, with the stack's settings of it. Reads only: the state, from the stack's
 * backend or a file that `pulumi stack export` wrote. The Proxmox node is not asked.
 *
 * @param file of the exported state; undefined: that of the stack
 * @throws NothingToJudgeError when there is no state, or nothing in it
 */
export async function judgeStored(
  context: CommandContext,
  file?: string,
): Promise<StoredJudgement> {
  const { paths, stack } = context;
  const state = file === undefined ? await ownState(context) : exported(file);
  const subject = file ?? `stack ${JSON.stringify(stack)}`;
  const stored = storedResources(state, subject);
  const resources = countOf(stored);
  if (resources === 0) {
    const remedy = file ? "export one that is up" : `build it with ${followUp(stack, "up")}`;
    throw new NothingToJudgeError(`${subject}: has no resources; ${remedy}`);
  }
  const config = readPackConfig(join(paths.root, "policy", `config.${stack}.json`), policies);
  const judgement = await judge(stored, policies, config);
  return { ...judgement, findings: [...judgement.findings, ...closed(stored)], resources };
}

/** What the pack is silent about, for it takes it for a value that a preview does not know yet. */
function closed(stored: readonly StoredResource[]): PolicyFinding[] {
  const names = withClosedConnection(stored).map((name) => JSON.stringify(name));
  if (names.length === 0) return [];
  const list = names.slice(0, 5).join(", ") + (names.length > 5 ? ", …" : "");
  const message =
    `stack: connections of ${names.length} commands cannot be judged, got secrets in ${list}; ` +
    "give the state's passphrase, or export it with --show-secrets";
  return [{ policy: connections.name, level: "warning", message }];
}

/** The state, with its secrets in clear where they can be opened: they stay in memory. */
async function ownState(context: CommandContext): Promise<StackExport> {
  const { paths, stack } = context;
  // Without the embedded node, which may be what is broken.
  const kept = devState(context);
  if (stack === devStack && !kept) {
    throw new NothingToJudgeError(
      `stack "${stack}": has no state; ${followUp(stack, "up")} makes it`,
    );
  }
  try {
    // The toolchain is not brought for this.
    if (kept && !toolchainIsThere(paths)) return kept;
    return await exportedBy(context, "--show-secrets");
  } catch {
    return kept ?? (await exportedBy(context));
  }
}

async function exportedBy(context: CommandContext, ...flags: string[]): Promise<StackExport> {
  const { paths, stack, progress } = context;
  const toolchain = await ensureToolchain(paths, progress);
  const session = { toolchain, env: pulumiEnvironment({ paths, stack, toolchain }) };
  return JSON.parse(
    await askPulumi(context, session, ["stack", "export", ...flags]),
  ) as StackExport;
}

function exported(file: string): StackExport {
  const text = readFileSync(file === "-" ? 0 : file, "utf8");
  let state: Partial<StackExport> | null;
  try {
    state = JSON.parse(text) as Partial<StackExport> | null;
  } catch (error) {
    throw new Error(`${file}: is no JSON; write it with pulumi stack export`, { cause: error });
  }
  if (typeof state?.deployment === "object" && state.deployment !== null) {
    return state as StackExport;
  }
  throw new Error(`${file}: is no state of a stack; write it with pulumi stack export`);
}
