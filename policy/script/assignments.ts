import { steered } from "./steering";
import type { Call } from "./types";
import type { Shell } from "./types";
import { ANY, isKnown, outcome, type Outcome } from "./values";

/** `export`, `local` and their like, behind which assignments stand. */
export function assignments(call: Call, shell: Shell): Outcome {
  for (const word of call.args) {
    if (word.startsWith("-")) {
      if (/^-[a-z]*[fn]/.test(word) && call.name !== "local") {
        shell.host.fault("script", call.text, "it hands a function or a name on");
      }
      continue;
    }
    const [name = "", ...rest] = word.split("=");
    if (rest.length === 0) continue;
    const value = rest.join("=");
    if (!isKnown(name)) shell.host.fault("script", call.text, "the variable cannot be known");
    steered(name, value, shell, call.text);
    shell.machine.variables.set(name, value === "" ? "" : value.includes(ANY) ? ANY : value);
  }
  return outcome(true, "");
}
