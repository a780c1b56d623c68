import { CHAPTERS } from "../../observer/course/chapters";
import { type Command, integerOption, jsonOption } from "../core/command";
import { table } from "../core/table";
import { LOOK_BACK_MINUTES, lookBack } from "../course/look";

export const command: Command = {
  usage: "check [N] [--json]",
  description:
    `Whether chapter N of the guided lab (docs/lab) is done, judged from the logs of the last\n` +
    `${LOOK_BACK_MINUTES} minutes (the load balancer's, the filters') and from what the load balancer says of its\n` +
    "targets now; what is missing is said. It changes nothing. Without N: the chapters. Exit status 1 while something is missing.",
  options: { json: jsonOption },
  maxArgs: 1,
  words: CHAPTERS.map((_, at) => String(at + 1)),
  async run(context) {
    const [given] = context.args;
    if (given === undefined) {
      const rows = CHAPTERS.map(({ title, minutes, file }, at) => ({
        ...{ chapter: at + 1, title, minutes },
        page: `docs/lab/${file}`,
      }));
      const cells = rows.map(({ chapter, title, minutes, page }) => [
        ...[`${chapter}`, title, `${minutes}`, page],
      ]);
      const text = () => table(["chapter", "title", "minutes", "page"], cells);
      context.print(
        context.json ? JSON.stringify({ version: 1, chapters: rows }, undefined, 2) : text(),
      );
      return 0;
    }
    const chapter = integerOption("lab check: chapter", given, {
      ...{ min: 1, max: CHAPTERS.length, default: 1 },
    });
    const { title, judge, readsFlows = false } = CHAPTERS[chapter - 1]!;
    const steps = judge(await lookBack(context, { readsFlows }));
    const done = steps.every((step) => step.done);
    if (context.json) {
      const report = { version: 1, chapter, title, done, steps };
      context.print(JSON.stringify(report, undefined, 2));
    } else {
      for (const step of steps) context.print(`${step.done ? "done   " : "missing"}  ${step.text}`);
      context.print(`chapter ${chapter}, ${title}: ${done ? "done" : "not done yet"}`);
    }
    return done ? 0 : 1;
  },
};
