import type { CtBuild, Settings } from "../../lib/stack/settings";
import { run } from "../../system/exec";
import type { CommandContext } from "../core/command";
import type { PulumiSession } from "../lab/session";
import type { StateCt } from "./stackState";
import { projectName } from "./workingCopy";

/** The next build of a CT. */
export function nextBuild({ builds }: Settings, name: string, template: string): CtBuild {
  return { template, generation: (builds[name]?.generation ?? 0) + 1 };
}

/** Writes builds into the stack's configuration, all in one move; `pulumi up` makes them. */
export async function writeBuilds(
  context: CommandContext,
  { toolchain, env }: PulumiSession,
  builds: Readonly<Record<string, CtBuild>>,
): Promise<void> {
  const values = Object.entries(builds).flatMap(([name, build]) =>
    Object.entries(build).flatMap(([key, value]) => [
      "--plaintext",
      `${projectName}:builds.${name}.${key}=${value}`,
    ]),
  );
  const words = ["config", "set-all", "--path", "--stack", context.stack, ...values];
  await run(toolchain.pulumi, words, { cwd: context.paths.root, env });
}

/** CTs that were made from another template than new ones are, by their names. */
export function olderTemplates(cts: readonly StateCt[], template: string): string[] {
  return cts.filter((ct) => ct.template !== "" && ct.template !== template).map(({ name }) => name);
}
