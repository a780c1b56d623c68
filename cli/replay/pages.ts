import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { replayPage } from "../../observer/replay/page";
import { pageScript } from "../dashboard/script";

/** Makes the page of a recording. @throws when the file cannot be read, or is no recording: names it */
export async function writeReplay(recording: string, page: string): Promise<void> {
  const html = await replayOf(recording);
  mkdirSync(dirname(page), { recursive: true });
  writeFileSync(`${page}.next`, html);
  renameSync(`${page}.next`, page);
}

async function replayOf(file: string): Promise<string> {
  const text = readFileSync(file, "utf8");
  const script = await pageScript("replayMain");
  try {
    return replayPage(text, script);
  } catch (cause) {
    throw new Error(`${file}: ${(cause as Error).message}`, { cause });
  }
}
