import { absolute, areaOf } from "./judgedPaths";
import { readFile, writeFile } from "./redirections";
import type { Call } from "./types";
import type { Shell } from "./types";
import { ANY, isKnown, outcome, type Outcome } from "./values";

/** `sed`, `awk`, `find` and `sort`: readers that can write or run something as well. */
export function streamEditors(call: Call, shell: Shell): Outcome {
  switch (call.name) {
    case "sed":
      return sed(call, shell);
    case "find":
      return find(call, shell);
    case "sort": {
      const at = call.args.findIndex((arg) => /^(-o|--output)/.test(arg));
      if (at >= 0) writeFile(call.args[at + 1] ?? ANY, undefined, shell);
      return outcome();
    }
    default:
      return awk(call, shell);
  }
}

function sed({ args, operands, text, stdin }: Call, shell: Shell): Outcome {
  const { host } = shell;
  const scripts = args.filter((_, i) => /^(-e|--expression)$/.test(args[i - 1] ?? ""));
  const [first = "", ...rest] = operands.filter((one) => !scripts.includes(one));
  const all = scripts.length > 0 ? scripts : [first];
  const paths = scripts.length > 0 ? [first, ...rest].filter(Boolean) : rest;
  const writes = (one: string) =>
    /(^|[;{}\n\s\d$/])[wWer]\s*[/\w]|\/[gpiI\d]*[we]([\s;]|$)/.test(one);
  if (
    all.some((one) => writes(one) && !isSubstitution(one)) ||
    args.some((arg) => /^(-f|--file)/.test(arg))
  ) {
    host.fault("script", text, "it writes a file or runs something");
  }
  if (!args.some((arg) => /^(-[nErsz]*i|--in-place)/.test(arg))) {
    const input = paths.length ? readFile(paths[0] ?? "", shell) : stdin;
    return outcome(true, all.length === 1 ? edited(input, all[0] ?? "") : undefined);
  }
  for (const path of paths) {
    const own = absolute(path, shell.machine.folder);
    const before = readFile(path, shell);
    const after = all.reduce(edited, before);
    const area = areaOf(own);
    if (area && after === undefined) {
      host.fault(area, text, "how it edits the file is not followed");
      shell.machine.files.set(own, ANY);
    } else writeFile(path, after, shell);
  }
  return outcome(true, "");
}

const SUBSTITUTION = /^s([/|#,!@])((?:(?!\1).)*)\1((?:(?!\1).)*)\1(g?)$/s;
const isSubstitution = (script: string) => SUBSTITUTION.test(script);

/** The text after `s/plain/text/`; undefined for any other script. */
function edited(text: string | undefined, script: string): string | undefined {
  const match = SUBSTITUTION.exec(script);
  if (text === undefined || !match) return undefined;
  const [, , from = "", to = "", all] = match;
  if (!isKnown(from) || /[\\.*[\]^$+?(){}|]/.test(from) || /[\\&]/.test(to)) return undefined;
  const lines = text.split("\n");
  return lines
    .map((line) => (all ? line.replaceAll(from, () => to) : line.replace(from, () => to)))
    .join("\n");
}

function awk({ args, text, stdin }: Call, shell: Shell): Outcome {
  const script =
    args.filter((arg, i) => !/^-/.test(arg) && !/^-[Fv]$/.test(args[i - 1] ?? ""))[0] ?? "";
  const strings = script.replace(/\/(?:\\.|[^/\n])+\/(?=[\s),{&|~]|$)/g, "");
  const isUnsafe =
    /\bsystem\s*\(|print[^;}\n]*(>|\|)\s*"|\|&?\s*"|"\s*\|\s*getline|>\s*"\/|>>/.test(strings) ||
    args.some((arg) => /^(-f|--file|-i|--include|-e|--source|-l|-E)/.test(arg));
  if (isUnsafe || script.includes(ANY)) {
    shell.host.fault("script", text, "it writes a file or runs something");
  }
  void stdin;
  return outcome(true);
}

function find(call: Call, shell: Shell): Outcome {
  const { args, text } = call;
  if (args.some((arg) => /^(-delete|-fprint\w*|-fls)$/.test(arg))) {
    const roots = args.slice(
      0,
      args.findIndex((arg) => arg.startsWith("-")),
    );
    const area = roots
      .map((root) => (isKnown(root) ? areaOf(`${root}/x`) : "script"))
      .find(Boolean);
    if (area || args.some((arg) => arg.startsWith("-f"))) {
      shell.host.fault(area ?? "script", text, "which files it removes or writes cannot be known");
    }
  }
  for (const [i, arg] of args.entries()) {
    if (!/^-(exec|execdir|ok|okdir)$/.test(arg)) continue;
    const end = args.findIndex((word, at) => at > i && /^(;|\+)$/.test(word));
    const words = args.slice(i + 1, end < 0 ? undefined : end);
    shell.words(
      words.map((word) => word.replaceAll("{}", ANY)),
      { stdin: undefined, text },
    );
  }
  return outcome();
}
