import type { Call } from "./types";
import type { Shell } from "./types";
import { ANY } from "./values";

/** Options of programs that run another one, which take a word of their own. */
const WITH_VALUE: Readonly<Record<string, RegExp>> = {
  env: /^(-u|--unset|-C|--chdir)$/,
  timeout: /^(-s|--signal|-k|--kill-after)$/,
  nice: /^(-n|--adjustment)$/,
  ionice: /^-[cn]$/,
  sudo: /^-[ugpCDhRrTt]$/,
  runuser: /^(-u|-g|-G|--user|--group)$/,
  setpriv: /^$/,
  flock: /^(-w|--timeout|-E)$/,
  chrt: /^$/,
  taskset: /^$/,
  stdbuf: /^-[ioe]$/,
  "systemd-run":
    /^(-p|--property|-u|--unit|-E|--setenv|--on-active|--on-boot|--on-calendar|--slice)$/,
  xargs: /^-[IiLndsPEa]$/,
};
/** How many words stand before the program besides options. */
const LEADING: Readonly<Record<string, number>> = { timeout: 1, flock: 1, taskset: 1, chrt: 1 };
const PLAIN = new Set(
  "nohup setsid exec command builtin time doas busybox stdbuf nice ionice".split(" "),
);

/** The words that a program runs which does nothing but run another one; undefined for others. */
export function unwrapped(call: Call, shell: Shell): string[] | undefined {
  const { name, args, text } = call;
  const withValue = WITH_VALUE[name];
  if (!withValue && !PLAIN.has(name)) return undefined;
  if (name === "command" && /^-[vV]$/.test(args[0] ?? "")) return undefined;
  if (name === "flock" && args.every((arg) => /^(-\w+|\d+)$/.test(arg))) return ["test"];
  const rest = args.slice();
  let leading = LEADING[name] ?? 0;
  while (rest.length > 0) {
    const [word = ""] = rest;
    if (word === "--") {
      rest.shift();
      break;
    }
    if (word.startsWith("-")) {
      if (name === "flock" && word === "-c") return ["sh", ...rest];
      rest.splice(0, withValue?.test(word) ? 2 : 1);
    } else if (name === "env" && /^\w+=/.test(word)) {
      steer(word, call, shell);
      rest.shift();
    } else if (leading > 0) {
      leading -= 1;
      rest.shift();
    } else break;
  }
  if (rest.length === 0) {
    // `exec 9> file` opens a file; `env` alone prints.
    if (name === "exec" || name === "env" || name === "xargs" || name === "flock") return ["true"];
    shell.host.fault("script", text, "what it runs cannot be known");
    return ["true"];
  }
  return name === "xargs" ? [...rest, ANY] : rest;
}

function steer(word: string, { text }: Call, shell: Shell): void {
  if (/^(PATH|LD_\w+|BASH_ENV|ENV)=/.test(word)) {
    shell.host.fault("script", text, "it sets a variable that decides what is run");
  }
}
