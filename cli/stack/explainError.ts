/** Turns what Pulumi's providers say of a failure into what a person needs: who, and why. */

/** Most lines of a command's output that are shown; what matters of it comes last. */
const SHOWN_LINES = 3;

/**
 * How the command plugin says that a command failed: `Process exited with status 1: running "the whole
 * script":` and then the output. The script is quoted as Go quotes; the plugin that is built here leaves it out.
 */
const COMMAND =
  /^(?:error: )?((?:Process exited with|exit status|signal:|wait: remote command exited|context )[^\n]*?):(?: running "(?:[^"\\]|\\[^])*"?:?)?[ \t]*(?:\n|$)/;

/** A quoted script anywhere else, for example in an error that another one holds. */
const QUOTED_SCRIPT = /:? running "(?:[^"\\]|\\[^])*"(?=:|\s|$)/g;

/** Docker's client, whose connection is an ssh process with some thousand characters of options. */
const DOCKER_SSH =
  /command \[ssh [^]*? (?:-- )?(\S+) docker system dial-stdio\] has exited with (exit status \d+)[^]*?stderr=([^\n]*)/;

/** A frame of a JavaScript stack trace, as dynamic providers print it behind the message. */
const STACK_FRAME = /^\s+at .*(?:\(.*\)|:\d+:\d+)$/;

/** A goroutine's trace, behind a plugin's panic. */
const GO_TRACE = /\ngoroutine \d+ \[[^]*$/;

/** Longest line that is shown whole. */
const SHOWN_CHARACTERS = 400;

/** What a failure is about, in a few lines without the script, the options or the stack behind it. */
export function explainError(message: string): string {
  const text = message.replace(/^Error: /, "").trim();
  const docker = DOCKER_SSH.exec(text);
  if (docker) {
    const [, host, status, said = ""] = docker;
    return `ssh to ${host} ended with ${status}: ${said.trim() || "no word on why"}`;
  }
  const command = COMMAND.exec(text);
  if (command) {
    const output = distinct(text.slice(command[0].length).split("\n")).slice(-SHOWN_LINES);
    return output.length > 0 ? output.map(shortened).join("\n") : (command[1] ?? text);
  }
  const lines = text
    .replace(QUOTED_SCRIPT, "")
    .replace(GO_TRACE, "")
    .replace(/^\d+ errors? occurred:\n?/, "")
    .split("\n")
    .filter((line) => !STACK_FRAME.test(line))
    .map((line) => line.replace(/^\t\* /, ""));
  return distinct(lines).map(shortened).join("\n");
}

/** A line that is too long keeps its beginning and its end, where the cause mostly stands. */
function shortened(line: string): string {
  if (line.length <= SHOWN_CHARACTERS) return line;
  const half = SHOWN_CHARACTERS / 2;
  return `${line.slice(0, half)} … ${line.slice(-half)}`;
}

/** Lines with something in them, each once, where it stands last. */
function distinct(lines: string[]): string[] {
  const kept = lines.map((line) => line.trimEnd()).filter((line) => line.trim() !== "");
  return kept.filter((line, at) => kept.lastIndexOf(line) === at);
}

/** A failure and the resource that it is of; undefined for what is of no resource. */
export interface Failure {
  subject?: string;
  text: string;
}

/**
 * Failures with equal texts together: `app1-docker, app2-docker: no space`. What our scripts say begins with
 * the name of their CT, which the subject names already.
 */
export function groupFailures(failures: readonly Failure[]): string[] {
  const groups = new Map<string, string[]>();
  for (const { subject, text } of failures) {
    const name = /^([\w.-]+): /.exec(text)?.[1];
    const isOwn = name !== undefined && (subject ?? "").startsWith(`${name}-`);
    const plain = isOwn ? text.slice(name.length + 2) : text;
    const subjects = groups.get(plain) ?? [];
    if (subject !== undefined && !subjects.includes(subject)) subjects.push(subject);
    groups.set(plain, subjects);
  }
  return [...groups].map(([text, subjects]) =>
    subjects.length > 0 ? `${subjects.join(", ")}: ${text}` : text,
  );
}
