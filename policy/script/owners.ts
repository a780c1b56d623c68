import { absolute, areaBelow, areaOf, isSecretPath } from "./judgedPaths";
import type { Call } from "./types";
import type { Shell } from "./types";
import { isKnown, outcome, type Outcome } from "./values";

/** The path as it is from the root. */
export const place = (path: string, shell: Shell) => absolute(path, shell.machine.folder);

/** A program with such a mode runs with the rights of the one who owns it. */
export const lendsRights = (mode: string): boolean =>
  /^[4-7]\d{3}$/.test(mode) || /(^|,)[ugoa]*[+=][a-z]*s/.test(mode);
export const LENT = "whoever runs the file then has its owner's rights";

/** `chmod` and `chown`: who may read, change and run a file afterwards. */
export function owned(call: Call, shell: Shell): Outcome {
  const { name, operands, args, text } = call;
  const [mode = "", ...paths] = args.some((arg) => /^--reference/.test(arg))
    ? ["", ...operands]
    : operands;
  const isRecursive = args.some((arg) => /^-[a-zA-Z]*R|^--recursive/.test(arg));
  const opens =
    /^[0-7]*[0-7][2367]$/.test(mode) ||
    /(^|,)([ao]|ug?o)?[+=][a-z]*w/.test(mode) ||
    /^[2-7]\d{3}$/.test(mode) ||
    /\+[a-z]*s/.test(mode);
  for (const path of paths) {
    const own = place(path, shell);
    const area = isKnown(own) ? (isRecursive ? areaBelow(own) : areaOf(own)) : "script";
    if (name === "chmod" && isSecretPath(own) && showsToOthers(mode)) {
      shell.host.fault("access", text, "others may read a secret then");
    }
    if (name === "chmod" && lendsRights(mode)) shell.host.fault("access", text, LENT);
    if (/\/\*$/.test(path)) continue;
    // In a folder that others may write to they can put another file in the place of one.
    const held = area ?? (isKnown(own) && opens ? areaBelow(own) : undefined);
    if (
      name === "chmod" &&
      (opens || args.some((arg) => /^-x$/.test(arg))) &&
      (held ?? !isKnown(mode))
    ) {
      shell.host.fault(
        held ?? "script",
        text,
        "others may change the file then, or nobody may run it",
      );
    }
    if (
      name !== "chmod" &&
      area &&
      /^(access|firewall|unit|script)$/.test(area) &&
      !/^root(:root)?$/.test(mode)
    ) {
      shell.host.fault(area, text, "others own the file then");
    }
    if (
      /^(chown|chgrp)$/.test(name) &&
      /^(database|balancer|docker)$/.test(area ?? "") &&
      !/^:?(root|postgres|haproxy|docker)?(:(root|postgres|haproxy|docker|ssl-cert)?)?$/.test(mode)
    ) {
      shell.host.fault(area ?? "script", text, "others own the file then");
    }
    if (name === "chmod") shell.machine.modes.set(own, mode);
  }
  return outcome(true, "");
}

/** Modes that let others than the owner and its group read. */
const showsToOthers = (mode: string): boolean =>
  /^[0-7]*[4-7]$/.test(mode) || /(^|,)(a|[ug]*o[ugo]*)?[+=][rwxX]*r/.test(mode);
