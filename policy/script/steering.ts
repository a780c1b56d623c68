import type { Shell } from "./types";

/** Variables that change what other programs are, or what they read. */
const STEERING =
  /^(PATH|LD_\w+|BASH_ENV|ENV|SHELLOPTS|BASHOPTS|PS4|PROMPT_COMMAND|IFS|HOME|PG(?!PASSWORD)\w+|DOCKER_\w+)$/;
const SAFE_PATH = /^((\$PATH|\uE000|\/usr\/local\/s?bin|\/usr\/s?bin|\/s?bin)(:|$))+$/;

/** A variable that decides which programs are run is set by nobody. */
export function steered(name: string, value: string, shell: Shell, text: string): void {
  if (!STEERING.test(name) || (name === "PATH" && SAFE_PATH.test(value))) return;
  shell.host.fault("script", text, `it sets ${name}, which decides what is run`);
}
