import { existsSync, readFileSync } from "node:fs";
import { confirm } from "../core/ask";
import { run } from "../../system/exec";
import type { LabPaths } from "../../system/labPaths";
import type { Progress } from "../../system/progress";
import { askDocker, checkMachine, inPath, missingTools, proxmoxSigns } from "./checks";
import { startDockerDaemon } from "./dockerDaemon";
import { type Finding, judgePlatform, judgeProxmoxHost } from "./findings";

/** One line of a report. */
export function findingLine({ subject, level, found, remedy }: Finding): string {
  const mark = { ok: "✓", warning: "!", error: "✗" }[level];
  return `${mark} ${subject}: ${found}${remedy ? `; ${remedy}` : ""}`;
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
  const packages = await missingPackages();
  if (packages.length > 0 && isDebian() && isRoot()) {
    const list = packages.join(" ");
    if (!(await confirm(`Missing on this machine: ${list}. Install them with apt-get?`, yes))) {
      throw new Error(`prerequisites: missing ${list}; install them: apt-get install ${list}`);
    }
    await progress.step(`Packages: ${list}`, (note) => install(packages, note));
  }
  if ((await askDocker()).kind === "unreachable" && isRoot()) {
    await progress.step("Docker's daemon", () => startDockerDaemon(paths));
  }
  refuse(await checkMachine(), progress);
}

async function missingPackages(): Promise<string[]> {
  const packages = missingTools().map(({ debianPackage }) => debianPackage);
  return (await needsDaemon()) ? [...packages, "docker.io"] : packages;
}

/** A client alone is not Docker: many a machine has one and no daemon. */
async function needsDaemon(): Promise<boolean> {
  if (inPath("dockerd") || process.env.DOCKER_HOST) return false;
  return (await askDocker()).kind !== "running";
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

function isDebian(): boolean {
  if (!existsSync("/etc/os-release")) return false;
  return /^(ID|ID_LIKE)=.*\b(debian|ubuntu)\b/m.test(readFileSync("/etc/os-release", "utf8"));
}

const isRoot = () => process.getuid?.() === 0;
