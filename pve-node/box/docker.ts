import { exec, type ExecOptions, run } from "../../system/exec";

/** Runs `docker` and returns what it printed. @throws with Docker's own words when it fails. */
export async function docker(args: string[], options: ExecOptions = {}): Promise<string> {
  return run("docker", args, options);
}

/** What Docker knows of an object, or undefined when there is none with that name. */
export async function inspect<T>(
  kind: "container" | "network" | "volume" | "image",
  name: string,
): Promise<T | undefined> {
  const result = await exec("docker", [kind, "inspect", name]);
  if (result.code === 0) return (JSON.parse(result.stdout) as T[])[0];
  if (/no such/i.test(result.stderr) || /not found/i.test(result.stderr)) return undefined;
  throw new Error(
    `docker ${kind} inspect ${name}: ${result.stderr.trim()}; ./lab doctor says what to do`,
  );
}

/** Removes an object; that it does not exist is success. */
export async function remove(
  kind: "container" | "network" | "volume" | "image",
  name: string,
): Promise<void> {
  const force = kind === "container" || kind === "volume" ? ["--force"] : [];
  const result = await exec("docker", [kind, "rm", ...force, name]);
  if (result.code === 0 || /no such|not found/i.test(result.stderr)) return;
  throw new Error(`docker ${kind} rm ${name}: ${result.stderr.trim()}`);
}
