import { NODE_FOLDER } from "../net/nodePackages";
import { script, shellQuote, writeFileCommand } from "../shell/quote";

/**
 * What the program has done to a CT's configuration, kept on the Proxmox node from before the first edit. A
 * state misses an edit whose `up` was cut off before Pulumi could save it; the note does not.
 */
export interface CtNote {
  /** Whether the last run that worked on the CT got to its end. */
  finished: boolean;
  /** Features that were set, in Proxmox's spelling. */
  features: string;
  /** Features that the CT had before. */
  previousFeatures: string;
  /** Raw lines that were not there before, in Proxmox's spelling. */
  addedLines: string[];
}

const notePath = (vmid: number) => `${NODE_FOLDER}/ct-${vmid}.json`;

/** Stands between the CT's configuration and the note. */
const SEPARATOR = "\n\u001e\n";

/** A command that prints the CT's configuration and the note, empty where they do not exist. */
export function readCommand(vmid: number, confPath: string): string {
  return script(
    `[ ! -e ${confPath} ] || cat ${confPath}`,
    `printf '%s' ${shellQuote(SEPARATOR)}`,
    `[ ! -e ${notePath(vmid)} ] || cat ${notePath(vmid)}`,
  );
}

/** What `readCommand` has printed; undefined is what does not exist. */
export function readAnswer(text: string): { conf?: string; note?: CtNote } {
  const [conf = "", note = ""] = text.split(SEPARATOR);
  return { conf: conf.trim() === "" ? undefined : conf, note: parseNote(note) };
}

function parseNote(text: string): CtNote | undefined {
  try {
    const { finished, features, previousFeatures, addedLines } = JSON.parse(text) as CtNote;
    const isNote =
      typeof features === "string" &&
      typeof previousFeatures === "string" &&
      Array.isArray(addedLines) &&
      addedLines.every((line) => typeof line === "string");
    return isNote
      ? { finished: finished === true, features, previousFeatures, addedLines }
      : undefined;
  } catch {
    return undefined; // missing, or not ours
  }
}

export function writeNote(vmid: number, note: CtNote): string {
  return writeFileCommand({ path: notePath(vmid), text: `${JSON.stringify(note)}\n` });
}

/** Commands that remove the CT's note, and the folder with the last file in it. */
export function removeNote(vmid: number): string {
  return `rm -f ${notePath(vmid)}\nrmdir ${NODE_FOLDER} 2>/dev/null || true`;
}

/** A condition of the shell: a run that worked on the CT has not got to its end. */
export const isUnfinished = (vmid: number) =>
  `grep -qs ${shellQuote('"finished":false')} ${notePath(vmid)}`;

/** Commands that remove the notes of CTs that the cluster does not have any more. */
export function removeNotesOfGoneCts(): string {
  return `for note in ${NODE_FOLDER}/ct-*.json; do
  vmid=\${note##*/ct-}
  ls /etc/pve/nodes/*/lxc/"\${vmid%.json}.conf" >/dev/null 2>&1 || rm -f "$note"
done`;
}
