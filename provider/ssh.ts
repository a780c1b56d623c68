import { spawn } from "node:child_process";
import type { SshEndpoint } from "../lib/ssh/sshOptions";
import { sshArguments } from "../lib/ssh/sshOptions";
import { slots } from "./slots";

export interface SshResult {
  code: number;
  stdout: string;
  stderr: string;
}

/**
 * Logins of this process at a time, which is that of all dynamic resources of a run. A new login costs both
 * ends a key exchange, and a server drops unauthenticated ones from the tenth on (MaxStartups in
 * sshd_config(5)).
 */
const takeSlot = slots(8);

/**
 * Runs a script with bash on another machine through the system's OpenSSH client. The script goes in
 * by standard input, so that neither its text nor what it carries shows in process arguments.
 * Never throws for a non-zero exit. It waits for one of eight places first, and the time counts from then on.
 */
export async function runScript(
  endpoint: SshEndpoint,
  script: string,
  timeoutSeconds: number,
): Promise<SshResult> {
  return takeSlot(() => loginAndRun(endpoint, script, timeoutSeconds));
}

function loginAndRun(
  endpoint: SshEndpoint,
  script: string,
  timeoutSeconds: number,
): Promise<SshResult> {
  return new Promise((resolve, reject) => {
    const child = spawn("ssh", sshArguments(endpoint, "bash -s"), {
      stdio: ["pipe", "pipe", "pipe"],
    });
    const timer = setTimeout(() => child.kill("SIGTERM"), timeoutSeconds * 1000);
    let stdout = "";
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", (chunk: string) => (stdout += chunk));
    child.stderr.setEncoding("utf8").on("data", (chunk: string) => (stderr += chunk));
    child.on("error", (cause) => {
      clearTimeout(timer);
      reject(new Error(`ssh: cannot be started: ${cause.message}`, { cause }));
    });
    child.on("close", (code, signal) => {
      clearTimeout(timer);
      const late = signal ? `${stderr}ended after ${timeoutSeconds} s` : stderr;
      resolve({ code: code ?? 128, stdout, stderr: late });
    });
    child.stdin.on("error", () => undefined); // a shell that ended early is told by its exit status
    // Braces: bash reads the whole script before it runs it, so no command can eat the rest as input.
    child.stdin.end(`{\n${script}\n} </dev/null\n`);
  });
}

/** As `runScript`, but a non-zero exit is an error that says what was attempted. */
export async function mustRun(
  endpoint: SshEndpoint,
  what: string,
  script: string,
  timeoutSeconds: number,
): Promise<string> {
  const result = await runScript(endpoint, script, timeoutSeconds);
  if (result.code !== 0) {
    const said = (result.stderr.trim() || result.stdout.trim()).split("\n").slice(-10).join("\n");
    throw new Error(`unable to ${what}: exit status ${result.code}: ${said}`);
  }
  return result.stdout;
}
