import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { CHAPTERS } from "../../observer/course/chapters";

const folder = resolve(__dirname, "..", "..", "docs", "lab");

/** A chapter's page, and the lines that it has the reader type, in their order. */
export interface ChapterPage {
  number: number;
  text: string;
  commands: string[];
}

export const chapterPages = (): ChapterPage[] =>
  CHAPTERS.map(({ file }, at) => {
    const text = readFileSync(join(folder, file), "utf8");
    const blocks = [...text.matchAll(/^```bash\n(.*?)^```$/gms)].map(([, block]) => block!);
    const commands = blocks.flatMap((block) => block.trim().split("\n"));
    return { number: at + 1, text, commands };
  });
