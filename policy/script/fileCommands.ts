import { areaBelow, areaOf, isSecretPath } from "./judgedPaths";
import { readFile, touchable, writeFile } from "./redirections";
import type { Call } from "./types";
import type { Shell } from "./types";
import { LENT, lendsRights, owned, place } from "./owners";
import { streamEditors } from "./streamEditors";
import { ANY, isKnown, outcome, shown, type Outcome } from "./values";

/** Programs that change files in ways that are followed; undefined for others. */
export function files(call: Call, shell: Shell): Outcome | undefined {
  const { name, operands, args, stdin, text } = call;
  switch (name) {
    case "mv":
    case "cp":
    case "install":
      if (name === "install" && args.includes("-d")) return folders(operands, call, shell);
      return copied(call, shell);
    case "tee":
      for (const path of operands) {
        writeFile(
          path,
          stdin,
          shell,
          args.some((arg) => /^(-a|--append)$/.test(arg)),
        );
      }
      return outcome(true, stdin);
    case "rm":
    case "unlink":
    case "rmdir":
      for (const path of operands) removed(path, call, shell);
      return outcome(undefined, "");
    case "touch":
      for (const path of operands) if (!areaOf(place(path, shell))) touchable(path, shell);
      return outcome(true, "");
    case "mkdir":
    case "mktemp":
      return folders(name === "mkdir" ? operands : [], call, shell);
    case "chmod":
    case "chown":
    case "chgrp":
    case "chattr":
    case "setfacl":
      return owned(call, shell);
    case "ln":
      return linked(call, shell);
    case "sed":
    case "awk":
    case "gawk":
    case "mawk":
    case "sort":
    case "find":
      return streamEditors(call, shell);
    case "truncate":
    case "fallocate":
    case "shred":
      for (const path of operands) if (/\//.test(path)) writeFile(path, undefined, shell);
      return outcome();
    case "curl":
    case "wget":
      return fetched(call, shell);
    case "tar":
    case "gzip":
    case "gunzip":
    case "zip":
    case "unzip":
    case "xz":
    case "zstd":
    case "cpio":
      return packed(call, shell);
    case "openssl":
      if (/^(s_server|s_client|ocsp|engine)$/.test(args[0] ?? "") || args.includes("-engine")) {
        shell.host.fault("script", text, "it connects, listens or runs something else");
      }
      for (const option of ["-out", "-keyout"]) {
        const at = args.indexOf(option);
        if (at >= 0) writeFile(args[at + 1] ?? ANY, undefined, shell);
      }
      return outcome(undefined);
    case "sysctl":
      return kernel(call, shell);
    case "socat":
      if (
        !args.every((arg) =>
          /^(-[tTu][\d.]*|-|STDIO|UNIX-CONNECT:\/run\/haproxy\/[\w.-]+)$/.test(arg),
        )
      ) {
        shell.host.fault("script", text, "it connects, listens or runs something else");
      }
      if (ORDERS.test(stdin ?? "")) {
        shell.host.fault("balancer", text, "it changes a running HAProxy beside its text");
      }
      return outcome();
    case "haproxy":
      if (!args.includes("-c") && !args.some((arg) => /^-v/.test(arg))) {
        shell.host.fault("balancer", text, "it starts HAProxy beside its unit");
      }
      return outcome();
    default:
      return undefined;
  }
}

/** Orders to HAProxy's admin socket that change it. */
const ORDERS =
  /^\s*(disable|shutdown|add|del|clear|set (map|ssl|table|rate-limit|maxconn|weight|timeout))\b/m;

function folders(paths: string[], call: Call, shell: Shell): Outcome {
  for (const path of paths) touchable(path, shell);
  return outcome(true);
}

function copied(call: Call, shell: Shell): Outcome {
  const { name, args, text } = call;
  const words: string[] = [];
  let mode: string | undefined;
  for (let i = 0; i < args.length; i += 1) {
    const arg = args[i] ?? "";
    if (/^(-m|--mode|-o|-g|--owner|--group)$/.test(arg)) {
      if (arg.startsWith("-m") || arg === "--mode") mode = args[i + 1];
      i += 1;
    } else if (/^(-t|--target-directory|-r|-R|-a|--recursive|--archive|-T)/.test(arg)) {
      const to = args.at(-1) ?? "/";
      if (areaBelow(place(to, shell)) || !isKnown(to)) {
        shell.host.fault("script", text, "whole folders are not followed");
      }
      return outcome();
    } else if (!arg.startsWith("-")) words.push(arg);
  }
  const to = words.pop() ?? ANY;
  for (const from of words) {
    const content = readFile(from, shell);
    const source = place(from, shell);
    if (isSecretPath(source) && !isSecretPath(place(to, shell))) {
      shell.host.fault("access", text, "it puts a secret in another place");
    }
    const plain = place(to, shell);
    const intoFolder = to.endsWith("/") || words.length > 1 || isFolder(plain);
    const target = intoFolder ? `${plain}/${source.slice(source.lastIndexOf("/") + 1)}` : plain;
    // Of the stack's own copied file, whose text a policy reads where it is declared.
    if (!/^\/etc\/haproxy\/haproxy\.cfg$/.test(target) || content !== undefined) {
      writeFile(target, content, shell);
    } else if (source !== `${target}.next`) writeFile(target, undefined, shell);
    if (mode) shell.machine.modes.set(target, mode);
    if (mode && lendsRights(mode)) shell.host.fault("access", text, LENT);
    if (name !== "mv") continue;
    // Of a folder not even what was in it is known.
    const area = content === undefined ? areaBelow(source) : undefined;
    if (area) shell.host.fault(area, text, "it takes away what is judged, or a whole folder");
    removed(from, call, shell);
    const old = shell.machine.modes.get(source);
    if (old) shell.machine.modes.set(target, old);
  }
  return outcome(true, "");
}

const isFolder = (path: string) =>
  /^\/(etc|etc\/[^/.]+(\.d)?|root|tmp|usr\/local\/s?bin|etc\/systemd\/system)$/.test(path);

function removed(path: string, { text, args }: Call, shell: Shell): void {
  const own = place(path, shell);
  const isRecursive = args.some((arg) => /^-[a-zA-Z]*[rR]|^--recursive/.test(arg));
  if (!isKnown(own)) {
    touchable(path, shell);
    return;
  }
  const area = isRecursive ? areaBelow(own) : areaOf(own);
  if (isRecursive && area) shell.host.fault(area, text, `it removes ${shown(own)} with all in it`);
  if (isRecursive && /^\/var\/lib\/docker(\/volumes)?$/.test(own)) {
    shell.host.fault("docker", text, "it removes images, containers and volumes");
  }
  if (area === "access" || area === "script") shell.host.fault(area, text, "the system needs it");
  if (/\/systemd\/.*\.(wants|requires|upholds)\/[^/]+$/.test(own)) {
    shell.host.fault("unit", text, "the unit does not start at boot then");
  }
  shell.machine.files.set(own, null);
}

function linked({ operands, text }: Call, shell: Shell): Outcome {
  const [from = ANY, to = ANY] = operands;
  const area = [from, to].map((path) => (isKnown(path) ? areaOf(place(path, shell)) : "script"));
  const found = area.find((one) => one !== undefined);
  if (found) shell.host.fault(found, text, "a link stands for another file");
  else touchable(to, shell);
  return outcome(true, "");
}

/** What is fetched cannot be known; a judged file or a program never comes that way. */
function fetched({ name, args, text }: Call, shell: Shell): Outcome {
  const written = (path: string) => {
    writeFile(path, undefined, shell);
    if (/^\/usr\/local\/(s?bin|lib)\//.test(place(path, shell))) {
      shell.host.fault("script", text, "a program that is fetched cannot be known");
    }
  };
  for (const [i, arg] of args.entries()) {
    const next = args[i + 1] ?? ANY;
    if (name === "curl" && /^(-o|--output)$/.test(arg)) written(next);
    if (name === "wget" && /^(-O|--output-document)$/.test(arg) && next !== "-") {
      written(next);
    }
    if (/^(-T|-F|-d|--upload-file|--form|--data\S*|--post-\S+|-K|--config|-i)$/.test(arg)) {
      shell.host.fault("script", text, "it sends something, or reads what to do from a file");
    }
  }
  return outcome();
}

function packed({ name, args, text }: Call, shell: Shell): Outcome {
  const [mode = ""] = args;
  const packs = name === "tar" && /^-?[a-z]*c/.test(mode) && !/x/.test(mode);
  const lists = name === "tar" && /^-?[a-z]*t/.test(mode);
  if (!packs && !lists) shell.host.fault("script", text, "what it unpacks cannot be known");
  if (args.some((arg) => /checkpoint-action|to-command|^-I|use-compress/.test(arg))) {
    shell.host.fault("script", text, "it runs another program");
  }
  const at = args.findIndex((arg) => /^-?[a-z]*f$/.test(arg));
  const to = args[at + 1];
  if (packs && at >= 0 && to && to !== "-") writeFile(to, undefined, shell);
  return outcome();
}

function kernel({ args, operands, text }: Call, shell: Shell): Outcome {
  const loads = args.some((arg) => /^(-[a-z]*p|--load)/.test(arg));
  for (const path of loads ? operands : []) {
    const settings = readFile(path, shell);
    if (settings === undefined || !isKnown(settings)) {
      shell.host.fault("network", text, "the settings cannot be known");
    }
    for (const [, key = "", value = ""] of settings?.matchAll(/^\s*-?([\w./-]+)\s*=\s*(.*)$/gm) ??
      []) {
      shell.host.kernel.push({
        name: `/proc/sys/${key.replaceAll(".", "/")}`,
        value: value.trim(),
      });
    }
  }
  for (const arg of loads ? [] : args) {
    const [key = "", value] = arg.split("=");
    if (value !== undefined) {
      shell.host.kernel.push({
        name: `/proc/sys/${key.trim().replaceAll(".", "/")}`,
        value: value.trim(),
      });
    }
  }
  return outcome(undefined);
}
