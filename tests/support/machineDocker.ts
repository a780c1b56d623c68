import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { labPaths } from "../../system/labPaths";
import {
  startDockerDaemon,
  startedDaemonRuns,
  stopStartedDaemon,
} from "../../cli/prerequisites/dockerDaemon";
import { labClone } from "./labClone";

/** Checkouts that may have started the machine's Docker: of this run, and of the lab it works on. */
const starters = () =>
  [resolve(__dirname, "..", ".."), labClone().root]
    .filter((root) => existsSync(root))
    .map((root) => labPaths(root));

/** True where Docker's daemon serves these tests alone: whoever else uses it would lose containers. */
export function dockerIsOurs(): boolean {
  return starters().some(startedDaemonRuns) && others().length === 0;
}

/** Containers that run now and are not the test lab's. */
function others(): string[] {
  const format = '{{.Label "homelab.checkout"}}';
  const said = execFileSync("docker", ["ps", "--format", `${format};`], { encoding: "utf8" });
  return said
    .split(";\n")
    .slice(0, -1)
    .filter((checkout) => checkout !== labClone().root);
}

/** Ends Docker's daemon as a machine's shutdown does, and starts it again. */
export async function restartDocker(): Promise<void> {
  const paths = starters().find(startedDaemonRuns);
  if (!paths) throw new Error("Docker: its daemon is not ours to restart");
  await stopStartedDaemon(paths);
  await startDockerDaemon(paths);
}
