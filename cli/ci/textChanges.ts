import { type Part, partsOf } from "./parts";
import { filesOfScript, scriptAlone } from "./renderedFiles";
import type { Inputs, PreviewEvents, Step } from "./steps";
import { textDiff } from "./textDiff";

/** What differs in one text that the program renders. */
export interface TextChange {
  /** `lb: haproxy.cfg`. */
  title: string;
  /** A unified diff without a head. */
  diff: string;
}

/** Texts that say who may do what; the others follow them. */
const FIRST = [/haproxy\.cfg/, /rules\.v[46]|\.nft/, /pg_hba\.conf/];

/**
 * The texts that differ, those about access and balancing first. Standard input and environment of commands
 * are left out: secrets travel there.
 */
export function textChanges({ steps }: PreviewEvents): TextChange[] {
  const found: TextChange[] = [];
  for (const part of partsOf(steps)) {
    for (const step of part.steps) {
      if (step.change === "unchanged" || step.change === "deleted") continue;
      const before = textsOf(part, step, step.change === "created" ? undefined : step.old);
      const after = textsOf(part, step, step.new);
      for (const title of new Set([...before.keys(), ...after.keys()])) {
        const diff = textDiff(before.get(title) ?? "", after.get(title) ?? "");
        if (diff !== "") found.push({ title: `${part.name}: ${title}`, diff });
      }
    }
  }
  const rank = ({ title }: TextChange) => {
    const at = FIRST.findIndex((pattern) => pattern.test(title));
    return at < 0 ? FIRST.length : at;
  };
  return found.sort((a, b) => rank(a) - rank(b));
}

/** Files by their path, and the script by the resource's name. */
function textsOf(part: Part, step: Step, inputs: Inputs | undefined): Map<string, string> {
  const texts = new Map<string, string>();
  if (typeof inputs?.create !== "string") return texts;
  for (const { path, text } of filesOfScript(inputs.create)) texts.set(shownPath(path), text);
  // The engine leaves out the text of an asset; what activates it has it as its trigger.
  for (const text of triggerTexts(inputs)) texts.set(copiedPath(part) ?? step.name, text);
  // A new machine's scripts are long, and nobody compares them with anything.
  if (step.change !== "created") texts.set(`script ${step.name}`, scriptAlone(inputs.create));
  return texts;
}

/** Some files are written beside their place and moved there once they are checked. */
const shownPath = (path: string) => path.replace(/\.next$/, "");

function triggerTexts({ triggers }: Inputs): string[] {
  const all: unknown[] = Array.isArray(triggers) ? triggers : [];
  return all.filter((one): one is string => typeof one === "string" && one.includes("\n"));
}

/** Where the part's text is copied to. */
function copiedPath({ steps }: Part): string | undefined {
  const copy = steps.find(({ type }) => /:CopyToRemote$/.test(type));
  const path = copy?.new?.remotePath ?? copy?.old?.remotePath;
  return typeof path === "string" ? shownPath(path) : undefined;
}
