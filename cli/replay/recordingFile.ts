import { closeSync, openSync, renameSync, writeFileSync, writeSync } from "node:fs";
import { type RecordingHeader, RecordingLines } from "../../observer/replay/recording";
import type { LiveEvent } from "../../observer/live/liveEvents";

/** More is not recorded: some hours of `./lab watch`, and as much as a browser goes through at once. */
export const mostBytes = 8 * 1024 * 1024;
const writeEveryMs = 1000;

/** The text of a recording; what is over `most` bytes is left out at its end. */
export function recordingText(
  header: RecordingHeader,
  events: readonly LiveEvent[],
  most = mostBytes,
): string {
  const lines = new RecordingLines(header);
  let text = `${lines.first()}\n`;
  for (const event of [...events].sort((a, b) => a.at - b.at)) {
    const line = lines.line(event);
    if (line === undefined) continue;
    if (text.length + line.length >= most) break;
    text += `${line}\n`;
  }
  return text;
}

/** Writes a whole recording in one move: a run that is cut off leaves no half of it. */
export function writeRecording(
  file: string,
  header: RecordingHeader,
  events: readonly LiveEvent[],
): void {
  writeFileSync(`${file}.next`, recordingText(header, events));
  renameSync(`${file}.next`, file);
}

/** A recording that grows while it is made. */
export interface GrowingRecording {
  take(event: LiveEvent): void;
  /** It has as many bytes as it may have, and takes no more. */
  isFull(): boolean;
  close(): void;
}

/**
 * Begins a recording; what it was given is on disk a second later, whatever ends this program.
 *
 * @throws when the file is there already, or cannot be made
 */
export function growRecording(
  file: string,
  header: RecordingHeader,
  most = mostBytes,
): GrowingRecording {
  const handle = opened(file);
  const lines = new RecordingLines(header);
  let waiting = `${lines.first()}\n`;
  let bytes = 0;
  let full = false;
  const write = () => {
    if (waiting === "") return;
    writeSync(handle, waiting);
    waiting = "";
  };
  write();
  const timer = setInterval(write, writeEveryMs);
  return {
    take(event) {
      if (full) return;
      const line = lines.line(event);
      if (line === undefined) return;
      bytes += Buffer.byteLength(line) + 1;
      full = bytes > most;
      if (!full) waiting += `${line}\n`;
    },
    isFull: () => full,
    close() {
      clearInterval(timer);
      write();
      closeSync(handle);
    },
  };
}

function opened(file: string): number {
  try {
    return openSync(file, "wx");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const remedy =
      code === "EEXIST"
        ? "is there already; give the name of a new file"
        : `cannot be made (${code}); give the name of a file in a folder of yours`;
    throw new Error(`--record: ${file} ${remedy}`, { cause: error });
  }
}
