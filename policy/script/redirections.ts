import type { Redirection } from "unbash";
import { absolute, areaOf } from "./judgedPaths";
import type { Shell } from "./types";
import { ANY, isKnown, SEGMENT, shown } from "./values";
import { expandParts, expandText } from "./words";

export interface Redirected {
  /** Standard input; undefined when it is not known. */
  stdin: string | undefined;
  /** Writes the output where it goes; what is left for the next command of a pipe. */
  write(output: string | undefined): string | undefined;
}

/** Where a command reads from and writes to. */
export function redirections(list: readonly Redirection[], shell: Shell): Redirected {
  let { stdin } = shell;
  const targets: { path: string; appends: boolean; isOutput: boolean }[] = [];
  for (const one of list) {
    const descriptor = one.descriptor?.type === "FileDescriptor" ? one.descriptor.value : undefined;
    if (one.type === "HereDoc") {
      stdin = one.body.parts ? expandParts(one.body.parts, shell) : one.body.text;
      if (one.operator === "<<-") stdin = stdin.replace(/^\t+/gm, "");
    } else if (one.type === "HereString") {
      stdin = one.target ? `${expandText(one.target, shell)}\n` : ANY;
    } else {
      const path = one.target ? expandText(one.target, shell) : ANY;
      if (one.operator === "<") stdin = readFile(path, shell);
      else if (one.operator === "<&" || (one.operator === ">&" && /^(\d+-?|-)$/.test(path)))
        continue;
      else if (one.operator === "<>")
        shell.host.fault("script", path, "it opens a file to change it");
      else {
        const isOutput = descriptor === undefined || descriptor === 1;
        targets.push({ path, appends: one.operator.includes(">>"), isOutput });
      }
    }
  }
  return {
    stdin,
    write: (output) => {
      for (const { path, appends, isOutput } of targets) {
        writeFile(path, isOutput ? output : undefined, shell, appends);
      }
      return targets.some(({ isOutput }) => isOutput) ? "" : output;
    },
  };
}

/** Text of a file as far as it is known; undefined otherwise. */
export function readFile(path: string, shell: Shell): string | undefined {
  if (path === "/dev/null") return "";
  const text = shell.machine.files.get(absolute(path, shell.machine.folder));
  if (text !== undefined && text !== null) return text;
  return /^\/sys\/class\/net\/[^/]+\/mtu$/.test(path) ? "1500\n" : undefined;
}

/** Writes a file; a judged one whose name or text is not known is a fault. */
export function writeFile(
  path: string,
  text: string | undefined,
  shell: Shell,
  appends = false,
): void {
  const { host, machine } = shell;
  if (/^\/dev\/(null|stdout|stderr|tty|fd\/)/.test(path)) return;
  const to = absolute(path, machine.folder);
  if (!touchable(path, shell)) return;
  if (/^\/(proc|sys)\//.test(to)) {
    host.kernel.push({ name: to, value: (text ?? ANY).trim() });
    return;
  }
  const area = areaOf(to);
  if (area === "access" || area === "script") {
    host.fault(area, `> ${to}`, "it writes a file that decides who may log in or what is run");
  }
  if (/^\/etc\/(hosts|hostname|resolv\.conf|nsswitch\.conf)$/.test(to)) {
    host.fault("network", `> ${to}`, "it decides which machine a name stands for");
  }
  if (
    /^\/etc\/apt\/sources\.list/.test(to) &&
    /(trusted|allow-insecure|allow-weak)\W*yes/i.test(text ?? ANY)
  ) {
    host.fault("unit", `> ${shown(to)}`, "packages of the source are not verified");
  }
  const before = appends ? (machine.files.get(to) ?? (area ? ANY : "")) : "";
  const next = before + (text ?? ANY);
  // Its text has a password; whether it has users only is seen once that is known.
  const isSecret = area === "balancer" && /\/users\.cfg(\.next)?$/.test(to);
  if (area && !isKnown(next) && !isSecret)
    host.fault(area, `> ${shown(to)}`, "the text cannot be known");
  machine.files.set(to, next);
}

/** False for a path whose place cannot be known, which is a fault. */
export function touchable(path: string, shell: Shell): boolean {
  const to = absolute(path, shell.machine.folder);
  if (!to.includes(ANY)) {
    const start = to.split(SEGMENT)[0] ?? "";
    // A file of a folder that is not judged, whatever its name.
    if (start === to || !areaOf(`${start}x`)) return true;
  }
  shell.host.fault("script", `writes ${shown(path)}`, "the file's name cannot be known");
  return false;
}
