import { confirm } from "../core/ask";
import {
  inPath,
  installCommand,
  packageOf,
  type Program,
  thisFamily,
} from "../../system/distribution";
import { run } from "../../system/exec";
import type { LabPaths } from "../../system/labPaths";
import type { Bring } from "../../pve-node/box/images";
import type { Progress } from "../../system/progress";
import { checkMachine, proxmoxSigns } from "./checks";
import { askDocker, type DockerAnswer } from "./docker";
import { startDockerDaemon } from "./dockerDaemon";
import { type Finding, judgePlatform, judgeProxmoxHost } from "./findings";

/** One line of a report. */
export function findingLine({ subject, level, found, why, remedy }: Finding): string {
  const mark = { ok: "✓", warning: "!", error: "✗" }[level];
  return `${mark} ${subject}: ${found}${why ? ` (${why})` : ""}${remedy ? `; ${remedy}` : ""}`;
}

/**
 * Makes this machine fit for the embedded node: on Debian and Ubuntu missing packages are installed
 * (asks first), and Docker's daemon is started.
 *
 * @throws when something is missing that only a person can bring, with its remedy.
 */
export async function ensurePrerequisites(
  paths: LabPaths,
  progress: Progress,
  yes: boolean,
): Promise<void> {
  // First of all: on a wrong machine nothing is touched.
  refuse([judgePlatform(process.platform, process.arch), judgeProxmoxHost(proxmoxSigns())]);
  let docker = await askDocker();
  const missing = missingPrograms(docker);
  if (missing.length > 0 && thisFamily() === "debian" && isRoot()) {
    const list = missing.map((program) => packageOf(program, "debian")!);
    const names = list.join(" ");
    if (!(await confirm(`Missing on this machine: ${names}. Install them with apt-get?`, yes))) {
      throw new Error(`prerequisites: missing ${names}; install them: apt-get install ${names}`);
    }
    await progress.step(`Packages: ${names}`, (note) => install(list, note));
    docker = await askDocker();
  }
  if (docker.kind === "unreachable" && isRoot() && !process.env.DOCKER_HOST) {
    await progress.step("Docker's daemon", () => startDockerDaemon(paths));
    docker = await askDocker();
  }
  refuse(await checkMachine(paths, docker), progress);
}

/**
 * What every run needs; a program that only some need is asked for where it is used. A client alone is
 * not Docker: many a machine has one and no daemon.
 */
function missingPrograms(docker: DockerAnswer): Program[] {
  const missing: Program[] = inPath("ssh") ? [] : ["ssh"];
  const noDaemon = docker.kind === "missing" || docker.kind === "unreachable";
  const needsDaemon = noDaemon && !inPath("dockerd") && !process.env.DOCKER_HOST;
  return needsDaemon ? [...missing, "docker"] : missing;
}

/**
 * Gives a way to install programs that turn out to be needed while long work is done, when nobody
 * can be asked any more: as root on Debian and Ubuntu after `--yes`.
 */
export function bringer(yes: boolean): Bring {
  return async (programs, why, note) => {
    const names = programs.map((program) => packageOf(program, "debian")!);
    if (!yes || !isRoot() || thisFamily() !== "debian") {
      throw new Error(`${why}; ${installCommand(programs)}`);
    }
    await install(names, note);
  };
}

async function install(packages: string[], note: (text: string) => void): Promise<void> {
  const env = { DEBIAN_FRONTEND: "noninteractive" };
  await run("apt-get", ["update", "-q"], { env, onLine: note });
  const args = ["install", "-q", "-y", "--no-install-recommends", "ca-certificates", ...packages];
  await run("apt-get", args, { env, onLine: note });
}

function refuse(findings: Finding[], progress?: Progress): void {
  const errors = findings.filter(({ level }) => level === "error");
  for (const finding of findings) {
    if (finding.level === "warning") progress?.warn(findingLine(finding).slice(2));
  }
  if (errors.length > 0) {
    throw new Error(`prerequisites:\n${errors.map((one) => `  ${findingLine(one)}`).join("\n")}`);
  }
}

const isRoot = () => process.getuid?.() === 0;
