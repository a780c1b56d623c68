import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { run } from "../../system/exec";
import type { LabPaths } from "../../system/labPaths";
import { checkpointFile } from "./outputs";
import { devStack } from "./workingCopy";

/** Makes the `dev` stack in its local backend, once. */
export async function ensureDevStack(
  paths: LabPaths,
  pulumi: string,
  env: Record<string, string | undefined>,
): Promise<void> {
  if (existsSync(checkpointFile(paths))) return;
  mkdirSync(join(paths.state, "pulumi"), { recursive: true, mode: 0o700 });
  // `stack init` knows no --config-file and writes its salt beside the project file it finds: here
  // that is .lab, so the committed Pulumi.dev.yaml stays as it is.
  await run(pulumi, ["stack", "init", devStack, "--non-interactive", "--no-select"], {
    cwd: paths.state,
    env,
  });
}
